/**
 * What was found before a run without stopping it; `warning` means that somebody should do something about
 * it.
 */
export interface Finding {
  readonly level: 'warning' | 'info';
  /** Names the thing, the reason and the remedy. */
  readonly text: string;
  /** The number of the customer whose address this is about. */
  readonly customer?: string;
}

export const warning = (text: string): Finding => ({ level: 'warning', text });
export const info = (text: string): Finding => ({ level: 'info', text });
