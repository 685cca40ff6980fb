import { addDays, berlinDay } from '#core/domain/calendar.ts';
import { type ApiDeployment, done, until } from './api-deployment.ts';

/** The customers of the month; those with odd numbers get mail. */
export const MONTHLY = Array.from({ length: 22 }, (_, index) => String(101 + index));
export const getsMail = (customer: string): boolean => Number(customer) % 2 === 1;

/** The last day of the previous month, in which everything is delivered, whatever day it is today. */
export const LAST = addDays(`${berlinDay(Date.now()).slice(0, 7)}-01`, -1);
export const MONTH = LAST.slice(0, 7);
export const YEAR = MONTH.slice(0, 4);
export const dayOf = (day: number): string => `${MONTH}-${String(day).padStart(2, '0')}`;

export const COMPANY = {
  ...{ name: 'Molkerei Wiesengrund GmbH', street: 'Am Mühlbach 7', zip: '87435', city: 'Kempten' },
  ...{ vatId: 'DE123456788', iban: 'DE02120300000000202051' },
};
export const cheese = (quantity: string, unitPrice: string) => ({
  ...{ position: 1, article: '4711', description: 'Bergkäse', unit: 'kg', vatRate: '7' },
  ...{ quantity, unitPrice },
});
export const crates = {
  position: 2,
  description: 'Pfandkiste',
  quantity: '-2',
  unitPrice: '3.10',
  vatRate: '19',
};

/** Bundles the calls that a clerk makes again and again. */
export function clerkAt(deployment: ApiDeployment) {
  const { api } = deployment;
  const settings = (over: object = {}) => ({ body: { company: COMPANY, mail: deployment.mail, ...over } });
  const putCustomer = (number: string, over: object = {}) =>
    api.putCustomer({
      path: { number },
      body: {
        ...{ name: `Gasthof ${number}`, street: 'Seestraße 1', zip: '87629', city: 'Füssen' },
        ...{ invoiceByMail: getsMail(number), invoiceEmail: `k${number}@gasthof.example` },
        ...over,
      },
    });
  const putNote = (note: string, customer: string, day: number, lines: readonly object[]) =>
    api.putDelivery({ path: { year: YEAR, note }, body: { date: dayOf(day), customer, lines } });
  const note = (number: string) => done(api.getDelivery({ path: { year: YEAR, note: number } }));
  const invoice = (number: string) => done(api.getInvoice({ path: { number } }));
  const run = (id: string) => done(api.getRun({ path: { id }, query: { customers: 'all' } }));
  const mailed = (number: string, state: string) =>
    until(
      deployment,
      `${number} ${state}`,
      () => invoice(number),
      ({ delivery }) => delivery.state === state,
    );
  const arrived = async (number: string) =>
    (await deployment.mails()).filter(({ subject }) => subject.includes(number));
  return { ...deployment, settings, putCustomer, putNote, note, invoice, run, mailed, arrived };
}
export type Clerk = ReturnType<typeof clerkAt>;
