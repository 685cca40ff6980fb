import type { Day } from './calendar.ts';
import type { Settings } from './settings.ts';

export type ArchiveKind = 'invoices' | 'delivery-notes' | 'mail';

/**
 * Returns `invoices/2026/10/31/…` with day folders, `invoices/2026/10/…` with month folders, `invoices/…`
 * with none.
 */
export function archiveKey(
  kind: ArchiveKind,
  folders: Settings['pdf']['folders'],
  date: Day,
  fileName: string,
): string {
  const [year = '', month = '', day = ''] = date.split('-');
  const path = folders === 'none' ? [] : folders === 'month' ? [year, month] : [year, month, day];
  return [kind, ...path, fileName].join('/');
}
