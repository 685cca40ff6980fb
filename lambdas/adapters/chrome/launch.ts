import type { Browser } from 'puppeteer-core';
import { Fault } from '#core/errors.ts';
import { createProfile } from './profile.ts';
import type { BrowserFiles } from './unpack.ts';

export interface RunningBrowser {
  readonly browser: Browser;
  /** Ends the browser at once, whatever it is doing, and removes its profile folder. */
  end(): Promise<void>;
}

/**
 * Starts a browser that sees our fonts and no network. It is driven through a pipe: when this process dies,
 * even by SIGKILL, the pipe closes and the browser ends by itself.
 */
export async function launchBrowser(files: BrowserFiles, fontsFolder: string): Promise<RunningBrowser> {
  const profile = await createProfile(fontsFolder);
  try {
    // Loading takes a third of a second, which commands that print nothing need not spend.
    const { default: puppeteer } = await import('puppeteer-core');
    const browser = await puppeteer.launch({
      executablePath: files.executable,
      headless: 'shell',
      pipe: true,
      userDataDir: profile.folder,
      args: flags(),
      // The program itself decides when to stop, and lets the document at hand finish first.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      env: {
        ...process.env,
        FONTCONFIG_FILE: profile.fontConfig,
        ...(files.libraries === undefined ? {} : { LD_LIBRARY_PATH: files.libraries }),
      },
    });
    const end = async () => {
      const gone = hasExited(browser);
      kill(browser);
      await gone;
      await profile.remove();
    };
    return { browser, end };
  } catch (cause) {
    await profile.remove();
    throw new Fault(
      'unavailable',
      `the browser ${files.executable} does not start: ${firstLine(cause)}; another one can be named by CHROME_PATH`,
      { cause },
    );
  }
}

function flags(): string[] {
  const always = [
    // Resolves every name and address to nothing, so the browser has no network.
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--disable-gpu',
    '--font-render-hinting=none',
    '--no-default-browser-check',
    '--no-pings',
    '--disable-domain-reliability',
  ];
  if (process.platform !== 'linux') return always;
  // Root, containers and Lambda cannot use the sandbox, and the zygote is useless without it.
  always.push('--no-sandbox', '--no-zygote');
  if (process.env.AWS_LAMBDA_FUNCTION_NAME) always.push('--single-process');
  return always;
}

function hasExited(browser: Browser): Promise<void> {
  const child = browser.process();
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

function kill(browser: Browser): void {
  const child = browser.process();
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    // The browser leads a process group of its own, so killing the group ends its helper processes too.
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

const firstLine = (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0];
