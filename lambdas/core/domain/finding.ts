/** What was found before a run that it would not stop at; `warning`: somebody should do something about it. */
export interface Finding {
  readonly level: 'warning' | 'info';
  /** Names the thing, the reason and the remedy. */
  readonly text: string;
  /** Number of the customer whose address it is about. */
  readonly customer?: string;
}

export const warning = (text: string): Finding => ({ level: 'warning', text });
export const info = (text: string): Finding => ({ level: 'info', text });
