import type { Deps } from '#core/deps.ts';
import type { Customer, Cycle } from '#core/domain/customer.ts';
import { type Page, type PageQuery, readPage } from '#core/paging.ts';
import { listCustomers as customersAfter } from '#core/repositories/customers.ts';

/**
 * Lists customers in natural order of their numbers.
 * @param query with `mail`, only those who get their invoices by mail, or only the others
 * @throws Fault `bad-input` for a cursor that does not belong to this list
 */
export function listCustomers(
  query: PageQuery & { readonly mail?: boolean | undefined; readonly cycle?: Cycle | undefined },
  { table }: Pick<Deps, 'table'>,
): Promise<Page<Customer>> {
  const { mail, cycle } = query;
  const fits = (customer: Customer) =>
    (mail === undefined || customer.invoiceByMail === mail) &&
    (cycle === undefined || customer.billingCycle === cycle);
  return readPage('customers', query, async (after, limit) =>
    (await customersAfter(table, after, limit)).map(({ value: { customer } }) => ({
      at: customer.number,
      value: fits(customer) ? customer : undefined,
    })),
  );
}
