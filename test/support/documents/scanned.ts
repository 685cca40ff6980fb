import { createCanvas, loadImage } from '@napi-rs/canvas';

export interface Scan {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each pixel, row by row. */
  readonly data: Uint8ClampedArray;
}

/** The scanner's black; with `WHITE` and `NOISE` it makes the scan flat, on a scale of 0 to 255. */
const BLACK = 55;
const WHITE = 225;
const NOISE = 20;

/**
 * Imitates a scan of a printed page: laid in a little askew, grey, slightly blurred, flat, with noise. Each
 * run gives the same scan.
 * @param degrees angle by which the page is turned
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

/** Reduces the scan to black and white, as a fax machine or a printer without greys does. */
export function oneBit({ width, height, data }: Scan): Scan {
  const bits = data.map((value, at) => (at % 4 === 3 ? 255 : value < (BLACK + WHITE) / 2 ? 0 : 255));
  return { width, height, data: bits };
}

/** Generates numbers from 0 up to 1 by Numerical Recipes' linear congruential generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
