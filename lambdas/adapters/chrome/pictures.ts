import type { Picture, PixelSize } from '#core/domain/picture.ts';
import { Fault, refuse } from '#core/errors.ts';
import type { Pictures } from '#core/ports.ts';
import { findBrowser } from './browser.ts';
import { type IsolatedSession, openIsolatedSession } from './isolated-session.ts';
import { launchBrowser } from './launch.ts';

const TYPES = { png: 'image/png', jpeg: 'image/jpeg', svg: 'image/svg+xml' } as const;

/**
 * The width in pixels at which an SVG's height is measured; at its own few pixels the proportion would be
 * less exact.
 */
const RULER = 3000;

export interface ChromePicturesOptions {
  /** The folder of the fonts that the text of an SVG can be set in. */
  readonly fontsFolder: string;
  /** The value of CHROME_PATH. */
  readonly chromePath?: string | undefined;
  readonly timeoutMs?: number;
}

/**
 * Draws pictures in the browser and captures them on a transparent ground. Pictures are rare, so each gets a
 * browser of its own, which is thrown away with everything that the picture may have done to it.
 * `toPng` throws Fault `unavailable` when no browser starts.
 */
export function createChromePictures(options: ChromePicturesOptions): Pictures {
  const timeoutMs = options.timeoutMs ?? 30_000;
  return {
    async toPng(picture, box) {
      const running = await launchBrowser(await findBrowser(options.chromePath), options.fontsFolder);
      // Ending the browser makes every call to it fail, including the one that waits just now.
      const timer = setTimeout(() => void running.end(), timeoutMs);
      try {
        return await photograph(await openIsolatedSession(running.browser), picture, box);
      } catch (cause) {
        if (cause instanceof Fault) throw cause;
        throw new Fault(
          'bad-input',
          `${picture.name} cannot be drawn: the browser gave it up; save the picture in a simpler form.`,
          { cause },
        );
      } finally {
        clearTimeout(timer);
        await running.end();
      }
    },
  };
}

async function photograph(
  { session, frameId }: IsolatedSession,
  picture: Picture,
  box: PixelSize,
): Promise<Uint8Array> {
  const show = (html: string) =>
    session.send('Page.setDocumentContent', {
      frameId,
      html: `<!doctype html><style>body { margin: 0 } img { display: block }</style>${html}`,
    });
  const shoot = async ({ width, height }: PixelSize) => {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await session.send('Emulation.setDeviceMetricsOverride', metrics);
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    return (await session.send('Page.captureScreenshot', { format: 'png', clip })).data;
  };
  const address = `data:${TYPES[picture.kind]};base64,${Buffer.from(picture.bytes).toString('base64')}`;
  const image = (style: string) => show(`<img style="${style}" src="${address}">`);

  await session.send('Emulation.setDefaultBackgroundColorOverride', { color: { r: 0, g: 0, b: 0, a: 0 } });
  await image(`width: ${RULER}px`);
  const size = fitting(picture, await decodedSize(session), box);
  await image(`width: ${size.width}px; height: ${size.height}px`);
  await decodedSize(session);
  const png = await shoot(size);
  await show('');
  if (png === (await shoot(size))) {
    refuse(`${picture.name} shows nothing: all of it is transparent, or lies beyond its edges.`);
  }
  return Buffer.from(png, 'base64');
}

interface DecodedSize extends PixelSize {
  /** Height in pixels when the width is RULER. */
  readonly ruled: number;
}

/**
 * Returns the size of the decoded picture, or undefined if it cannot be decoded. Scripts of the page are off,
 * but `Runtime.evaluate` from outside still works.
 */
async function decodedSize(session: IsolatedSession['session']): Promise<DecodedSize | undefined> {
  const expression = `(async ([image]) => {
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    return { width, height, ruled: image.getBoundingClientRect().height };
  })(document.images)`;
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  return exceptionDetails ? undefined : result.value;
}

function fitting(picture: Picture, decoded: DecodedSize | undefined, box: PixelSize): PixelSize {
  if (!decoded) refuse(`${picture.name} cannot be decoded, it is damaged; save the picture again.`);
  const { width, height, ruled } = decoded;
  // An SVG without any size is drawn at 300 × 150 and does not grow with the room it is given.
  const grows = Math.abs(ruled / RULER / (height / width) - 1) < 0.1;
  if (!(width > 0 && height > 0 && ruled > 0) || (picture.kind === 'svg' && !grows)) {
    refuse(`${picture.name} has no size; give the SVG a viewBox.`);
  }
  const byBox = Math.min(box.width / RULER, box.height / ruled);
  const scale = picture.kind === 'svg' ? byBox : Math.min(byBox, width / RULER);
  return { width: whole(RULER * scale), height: whole(ruled * scale) };
}

const whole = (pixels: number) => Math.max(1, Math.round(pixels));
