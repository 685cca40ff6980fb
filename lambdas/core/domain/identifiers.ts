import { patterned } from './text.ts';

/** The number of an issued invoice, in any form that a number format can give it. */
export const invoiceNumber = patterned(
  /^[A-Za-z0-9]{1,40}$/,
  'must be the number of an invoice: 1 to 40 letters and digits, such as 2026000123',
).meta({ example: '2026000123' });

/** The id of a mail: its invoice, and how many mails of that invoice there were before. */
export const mailId = patterned(
  /^[A-Za-z0-9]{1,40}-\d{1,6}$/,
  'must be the number of a mail: that of its invoice and a counter, such as 2026000123-1',
).meta({ example: '2026000123-1' });

/** The id of a run, as shown in lists and reports. */
export const runId = patterned(
  /^[a-z0-9]{1,64}$/,
  'must be the id of a run, 1 to 64 small letters and digits: the list of runs shows them',
);

/** Names a delivery note by its number, or by year and number if several years have that number. */
export const noteReference = patterned(
  /^(?:20\d\d\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?$/,
  'must be the number of a delivery note, such as L-2610-0001, or with its year 2026/L-2610-0001',
);

/** The name of a stage: a deployment on AWS with its own data. */
export const stageName = patterned(
  /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/,
  'is not the name of a stage: say which one of infra/stages.ts, such as --aws prod',
);
