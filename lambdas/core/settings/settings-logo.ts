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
/** The box in which the letterhead shows it, in inches of its two sides: 70 × 25 mm. */
const BOX = { width: 70 / 25.4, height: 25 / 25.4 };
/** What printers make use of; then what is still good to look at, for a picture that would be too large. */
const DOTS_PER_INCH = [300, 240, 200, 150];

export interface LogoSources {
  /** `pdf.logo` of the settings as they are stored, empty without. It comes back as it is: the same again is no change. */
  readonly stored: string;
  /** The bytes of the file at a path, which is relative to where the settings come from; at most MAX_PICTURE_BYTES. */
  readonly open: (path: string) => Promise<Uint8Array>;
  readonly pictures: Pictures;
}

/**
 * `pdf.logo` as it is given (a path, or a PNG, JPEG or SVG as a `data:` address) to `pdf.logo` as it is stored: always
 * a PNG that was made here, so that nothing but what one sees of the file is kept.
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

/** The picture of `pdf.logo` as it is stored; undefined without one. */
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
