import { createCanvas, loadImage } from '@napi-rs/canvas';

export interface Scan {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel, in rows. */
  readonly data: Uint8ClampedArray;
}

/** How flat the scanner's black and white are, of 255. */
const BLACK = 55;
const WHITE = 225;
const NOISE = 20;

/**
 * What a scanner makes of a printed page: laid in a little askew, grey, not quite sharp, flat, with noise; the same at
 * each run.
 * @param degrees by which the page is turned
 */
export async function scanned(png: Uint8Array, degrees: number): Promise<Scan> {
  const page = await loadImage(Buffer.from(png));
  const { width, height } = page;
  const context = createCanvas(width, height).getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.translate(width / 2, height / 2);
  context.rotate((degrees / 180) * Math.PI);
  context.filter = 'blur(0.8px)';
  context.drawImage(page, -width / 2, -height / 2);
  const { data } = context.getImageData(0, 0, width, height);
  const random = seeded(4711);
  for (let at = 0; at < data.length; at += 4) {
    const grey = 0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!;
    const flat = BLACK + (grey / 255) * (WHITE - BLACK) + (random() - 0.5) * NOISE;
    data.fill(flat, at, at + 3);
  }
  return { width, height, data };
}

/** The scan as a fax machine or a printer without greys has it: every pixel black or white. */
export function oneBit({ width, height, data }: Scan): Scan {
  const bits = data.map((value, at) => (at % 4 === 3 ? 255 : value < (BLACK + WHITE) / 2 ? 0 : 255));
  return { width, height, data: bits };
}

/** Numerical Recipes' linear congruential generator: from 0 up to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
