import type { Printer } from '#core/ports.ts';
import type { Peer, Workshop } from './peer.ts';

/**
 * Opens the printer of the product as a billing run uses it.
 * @param carried whether sums are carried over from page to page. A document is then printed twice, and no
 * other peer can do it.
 */
export function openOurs(name: string, printer: Printer, workshop: Workshop, carried: boolean): Peer {
  return {
    name,
    async print(invoices) {
      const results = await printer.render(
        invoices.map((invoice) => {
          const text = workshop.textOf(invoice);
          return { name: invoice.number, ...(carried ? text : { html: text.html }) };
        }),
      );
      return results.map((result) => {
        if (!result.ok) throw new Error(result.reason);
        return result.pdf;
      });
    },
    close: async () => {},
  };
}
