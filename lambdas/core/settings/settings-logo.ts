import { base64Of, bytesOfBase64 } from '#core/domain/base64.ts';
import {
  MAX_PICTURE_BYTES,
  type Picture,
  type PixelSize,
  pngSize,
  readPicture,
  refuseLargeFile,
} from '#core/domain/picture.ts';
import { MAX_LOGO } from '#core/domain/settings.ts';
import { refuse } from '#core/errors.ts';
import type { Pictures } from '#core/ports.ts';

const PNG = 'data:image/png;base64,';
/** The box in which the letterhead shows the logo, 70 × 25 mm, in inches. */
const BOX = { width: 70 / 25.4, height: 25 / 25.4 };
/**
 * Resolutions to try: what printers make use of first, then what still looks good, for a picture that would
 * be too large.
 */
const DOTS_PER_INCH = [300, 240, 200, 150];

export interface LogoSources {
  /** `pdf.logo` of the stored settings, or empty. If this value is given again, it is kept unchanged. */
  readonly stored: string;
  /**
   * Returns the bytes of a file, at most MAX_PICTURE_BYTES. Its path is relative to where the settings come
   * from.
   */
  readonly open: (path: string) => Promise<Uint8Array>;
  readonly pictures: Pictures;
}

/**
 * Turns `pdf.logo` as given (a path, or a PNG, JPEG or SVG as a `data:` address) into `pdf.logo` as stored:
 * always a PNG made here, so that nothing is kept of the file but what one sees.
 * @throws Fault `bad-input` for a file that cannot be read, is no picture, is damaged, empty or too large
 */
export async function resolveLogo(given: string, { stored, open, pictures }: LogoSources): Promise<string> {
  if (given === '' || given === stored) return given;
  const picture = given.startsWith('data:') ? pictureOfAddress(given) : await pictureOfPath(given, open);
  for (const dots of DOTS_PER_INCH) {
    const box = { width: Math.floor(BOX.width * dots), height: Math.floor(BOX.height * dots) };
    const address = PNG + base64Of(await pictures.toPng(picture, box));
    if (address.length <= MAX_LOGO) return address;
  }
  refuse(
    `${picture.name} is too rich in detail for a letterhead: even at ${DOTS_PER_INCH.at(-1)} dots an inch it takes more than ${Math.floor((MAX_LOGO * 0.75) / 1000)} kB. Choose a logo of few plain colours, best as SVG.`,
  );
}

/** Returns the picture of a stored `pdf.logo`; undefined if there is none. */
export function storedLogo(logo: string): (PixelSize & { readonly png: Uint8Array }) | undefined {
  const png = logo.startsWith(PNG) ? bytesOfBase64(logo.slice(PNG.length)) : undefined;
  return png && { png, ...pngSize(png) };
}

async function pictureOfPath(path: string, open: LogoSources['open']): Promise<Picture> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) {
    refuse(`pdf.logo: ${path.slice(0, 80)} is an address, and nothing is fetched; name a file.`);
  }
  return readPicture(`pdf.logo: ${path}`, await open(path));
}

function pictureOfAddress(address: string): Picture {
  const name = 'pdf.logo: the picture in it';
  const [start = '', ...rest] = address.split(',');
  if (!/^data:image\/(?:png|jpeg|svg\+xml);base64$/.test(start) || rest.length !== 1) {
    refuse(
      `pdf.logo: ${start.slice(0, 60)} is no picture of ours; it must begin with data:image/png;base64, or the same with jpeg or svg+xml.`,
    );
  }
  if (address.length > (MAX_PICTURE_BYTES / 3) * 4 + 100) refuseLargeFile(name);
  const bytes = bytesOfBase64(rest[0]!);
  return bytes ? readPicture(name, bytes) : refuse(`${name} is no base64; encode it again.`);
}
