import type { Progress } from '#core/deps.ts';

const NAMES: Readonly<Record<Progress['phase'], string>> = {
  customers: 'Customers',
  deliveries: 'Delivery notes',
  plan: 'Planning',
  documents: 'Documents',
  mail: 'Mails',
};
const NAME_WIDTH = 15;
const WIDTH = 24;

/** Returns the word for a phase, on a terminal and in a log. */
export const phaseName = (phase: Progress['phase']): string => NAMES[phase];

/** Tells a person how far this process has come. */
export interface ProgressDisplay {
  /** Names what begins now and cannot be counted. */
  readonly say: (text: string) => void;
  readonly show: (progress: Progress) => void;
  /** Ends the line, so that whatever is written next stands on a line of its own. */
  readonly end: () => void;
}

/** Creates a bar with rate and time left for a terminal; anywhere else it shows nothing. */
export function createProgressBar(out: NodeJS.WriteStream): ProgressDisplay {
  if (!out.isTTY) return { say: () => {}, show: () => {}, end: () => {} };
  let phase: Progress['phase'] | undefined;
  let begun = { at: 0, done: 0 };
  let drawn = 0;
  const end = () => {
    if (phase !== undefined) out.write('\n');
    phase = undefined;
  };
  const show = (progress: Progress) => {
    const now = Date.now();
    if (progress.phase !== phase) {
      end();
      phase = progress.phase;
      begun = { at: now, done: progress.done };
    } else if (now - drawn < 100 && progress.done !== progress.total) return;
    drawn = now;
    out.write(`\r\x1b[K${NAMES[progress.phase].padEnd(NAME_WIDTH)}${line(progress, begun, now)}`);
  };
  const say = (text: string) => {
    end();
    out.write(`${text}\n`);
  };
  return { say, show, end };
}

/** Formats `███░░░ 120/1000  45.2/s  0:20 left`; rate and time are those of this process. */
export function line(
  { done, total }: Progress,
  begun: { readonly at: number; readonly done: number },
  now: number,
): string {
  const rate = now > begun.at ? ((done - begun.done) * 1000) / (now - begun.at) : 0;
  const rateText = rate > 0 ? `  ${rate.toFixed(1)}/s` : '';
  if (total === undefined) return `${done}${rateText}`;
  const filled = total === 0 ? WIDTH : Math.round((Math.min(done, total) / total) * WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const seconds = rate > 0 && done < total ? Math.ceil((total - done) / rate) : undefined;
  const left =
    seconds === undefined
      ? ''
      : `  ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`;
  return `${bar} ${done}/${total}${rateText}${left}`;
}
