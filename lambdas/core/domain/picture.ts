import { refuse } from '../errors.ts';

/** A picture as somebody made it, of a known kind and of a size that can be decoded. */
export interface Picture {
  /** What the person knows the picture by; errors show it. */
  readonly name: string;
  readonly kind: 'png' | 'jpeg' | 'svg';
  readonly bytes: Uint8Array;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

export const MAX_PICTURE_BYTES = 2_000_000;
const MAX_SIDE = 10_000;
/** Limits the memory for decoding: a pixel takes four bytes then, however small the file is. */
const MAX_PIXELS = 25_000_000;

/**
 * Recognizes the kind of a picture by its bytes, never by its name, and reads its size from the header,
 * before anything is decoded.
 * @throws Fault `bad-input` for what is not a whole PNG, JPEG or SVG, or is too large
 */
export function readPicture(name: string, bytes: Uint8Array): Picture {
  if (bytes.length > MAX_PICTURE_BYTES) refuseLargeFile(name);
  if (isPng(bytes)) return whole(name, 'png', bytes, pngSize(bytes), endsPng(bytes));
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) {
    const { size, end } = readJpeg(bytes);
    return whole(name, 'jpeg', bytes, size, end);
  }
  const text = new TextDecoder().decode(bytes);
  if (isSvg(text)) {
    const [, outside] = OUTSIDE_PICTURE.exec(text) ?? [];
    if (outside === undefined) return { name, kind: 'svg', bytes };
    refuse(`${name} shows ${outside.slice(0, 80)}, which is not in the file; embed it, or draw it.`);
  }
  refuse(`${name} is no PNG, JPEG or SVG; save the picture as one of these.`);
}

export function refuseLargeFile(name: string): never {
  refuse(`${name} is larger than ${MAX_PICTURE_BYTES / 1_000_000} MB; save the picture smaller.`);
}

/**
 * Reads the size of a PNG from its header, which comes first and begins with width and height (ISO/IEC 15948,
 * 11.2.1).
 */
export function pngSize(png: Uint8Array): PixelSize {
  const view = viewOf(png);
  if (png.length < 24) return { width: 0, height: 0 };
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function whole(
  name: string,
  kind: Picture['kind'],
  bytes: Uint8Array,
  { width, height }: PixelSize,
  hasEnd: boolean,
): Picture {
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    refuse(
      `${name} has ${width} × ${height} pixels, more than ${MAX_SIDE} a side or ${MAX_PIXELS / 1_000_000} million in all; save the picture smaller.`,
    );
  }
  if (!hasEnd || width === 0 || height === 0) {
    refuse(`${name} is damaged, a part of it is missing; save the picture again.`);
  }
  return { name, kind, bytes };
}

const isPng = (bytes: Uint8Array) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Decides whether a PNG is whole: its chunks, each with its length, must lead to the last one. */
function endsPng(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49454e44 /* IEND */) return true;
  }
  return false;
}

/**
 * Reads the size of a JPEG and whether it is whole (ITU-T T.81, annex B): segments with their lengths up to
 * the first scan, which ends with an EOI marker.
 */
function readJpeg(bytes: Uint8Array): { readonly size: PixelSize; readonly end: boolean } {
  const view = viewOf(bytes);
  let size = { width: 0, height: 0 };
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) size = { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    if (marker === 0xda) return { size, end: hasEoi(bytes, at) };
    at += 2 + view.getUint16(at + 2);
  }
  return { size, end: false };
}

/** Decides whether a scan ends with an EOI marker: only at its end is 0xff followed by 0xd9. */
function hasEoi(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/**
 * What may stand before the root element. The patterns are tried one after the other, so that no input makes
 * them slow.
 */
const SVG_PROLOG = [
  /[\s\ufeff]+/y,
  /<\?[\s\S]*?\?>/y,
  /<!--[\s\S]*?-->/y,
  /<!DOCTYPE[^[>]*(?:\[[^\]]*\]\s*)?>/y,
];

/**
 * Finds pictures outside the file: they would not be fetched, and the browser would draw its sign for a
 * missing picture.
 */
const OUTSIDE_PICTURE =
  /<(?:\w{1,40}:)?(?:image|feImage)\s[^<>]{0,2000}?\bhref\s*=\s*["'](?!#|data:)([^"']+)/;

function isSvg(text: string): boolean {
  let at = 0;
  const skips = (pattern: RegExp) => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  while (SVG_PROLOG.some(skips));
  return /^<(?:[\w-]{1,40}:)?svg[\s>/]/.test(text.slice(at, at + 60));
}

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, at) => bytes[at] === byte);

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
