import { type ProgressDisplay, phaseName } from '#cli/progress-bar.ts';

/** The clock and timer of the progress lines, as an interface so that tests can bring their own. */
export interface Ticker {
  /** Returns milliseconds. */
  now(): number;
  /** Calls `call` again and again until the returned function is called. */
  every(milliseconds: number, call: () => void): () => void;
}

const SECOND = 1000;

const NODE_TICKER: Ticker = {
  now: () => performance.now(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/**
 * Reports in plain lines what a program is doing, for a log or a container, where a bar cannot be drawn. The
 * begin and the end of a step are reported at once, counts in between about once a second. While nothing can
 * be counted, the line is repeated with the seconds it has taken, so that nobody takes a slow start for a
 * dead one.
 */
export function createProgressLines(
  write: (line: string) => void,
  ticker: Ticker = NODE_TICKER,
): ProgressDisplay {
  let step = '';
  let line = '';
  let said = { line: '', since: 0, at: Number.NEGATIVE_INFINITY };
  let stop: (() => void) | undefined;

  const say = () => {
    const now = ticker.now();
    const isNew = line !== said.line;
    said = { line, since: isNew ? now : said.since, at: now };
    write(isNew ? line : `${line} (${Math.round((now - said.since) / SECOND)} s)`);
  };
  const sayIfQuiet = () => {
    if (ticker.now() - said.at >= SECOND) say();
  };
  const update = (nextStep: string, nextLine: string, isEnd: boolean) => {
    if (nextLine === line && nextStep === step) return;
    const isBegin = nextStep !== step;
    step = nextStep;
    line = nextLine;
    stop ??= ticker.every(SECOND / 2, sayIfQuiet);
    if (isBegin || isEnd) say();
    else sayIfQuiet();
  };

  return {
    say: (text) => update(text, text, false),
    show: ({ phase, done, total }) => {
      const count = total === undefined ? `${done}` : `${done}/${total}`;
      const waitsForBrowser = phase === 'documents' && done === 0;
      const text = `${phaseName(phase)} ${count}${waitsForBrowser ? ', the browser starts' : ''}`;
      update(phase, text, done === total);
    },
    end() {
      stop?.();
      stop = undefined;
      step = '';
      line = '';
    },
  };
}
