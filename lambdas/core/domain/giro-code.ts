import type { InvoiceFacts } from './invoice.ts';
import { plainDecimal } from './money.ts';

/**
 * Returns what a banking app reads to fill in the transfer (EPC069-12, version 2: "Quick Response Code:
 * Guidelines to enable data capture for the initiation of a SEPA credit transfer"), in UTF-8. The reference
 * is the invoice number and the customer number, joined by a character that every bank lets through.
 * @returns undefined if nothing is to be transferred to an account of the company
 */
export function giroCodePayload({
  number,
  customer,
  company,
  totals,
  payment,
}: Pick<InvoiceFacts, 'number' | 'customer' | 'company' | 'totals' | 'payment'>): string | undefined {
  if (payment.by !== 'transfer' || company.iban === '' || totals.gross > MAX_AMOUNT) return undefined;
  return [
    ...['BCD', '002', '1', 'SCT'],
    company.bic,
    [...company.name].slice(0, 70).join(''),
    company.iban.replaceAll(' ', ''),
    `EUR${plainDecimal(totals.gross, 2)}`,
    ...['', ''], // purpose, structured reference
    `${number} / ${customer.number}`,
  ].join('\n');
}

/** In cents; EPC069-12 allows 0.01 to 999999999.99 euros. */
const MAX_AMOUNT = 99_999_999_999;
