import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas';

export interface Thumbnail {
  readonly caption: string;
  readonly png: Uint8Array;
}

const ACROSS = 6;
const GAP = 16;
const CAPTION = 26;

/** Draws thumbnails as one PNG, in rows of six, each with its caption above it. */
export async function drawSheet(thumbnails: readonly Thumbnail[], fontFile: string): Promise<Uint8Array> {
  GlobalFonts.registerFromPath(fontFile, 'Caption');
  const images = await Promise.all(thumbnails.map(({ png }) => loadImage(Buffer.from(png))));
  const width = Math.max(...images.map((image) => image.width));
  const height = Math.max(...images.map((image) => image.height));
  const rows = Math.ceil(images.length / ACROSS);
  const across = Math.min(ACROSS, images.length);
  const canvas = createCanvas(GAP + across * (width + GAP), GAP + rows * (height + CAPTION + GAP));
  const context = canvas.getContext('2d');
  context.fillStyle = '#9a9a9a';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000000';
  context.font = '18px Caption';
  for (const [index, image] of images.entries()) {
    const x = GAP + (index % ACROSS) * (width + GAP);
    const y = GAP + Math.floor(index / ACROSS) * (height + CAPTION + GAP);
    context.fillText(thumbnails[index]!.caption, x, y + 16);
    context.drawImage(image, x, y + CAPTION);
  }
  return canvas.encode('png');
}
