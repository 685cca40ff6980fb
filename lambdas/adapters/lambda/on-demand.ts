import { z } from 'zod';
import type { PreviewOrder } from '#core/billing/preview-invoice.ts';
import type { MadeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { FaultCode } from '#core/errors.ts';

/**
 * What the function that prints on demand is asked, and what it answers: JSON in both directions, of 6 MB at most.
 * Only the program's own functions have the right to ask.
 */
const requestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bill'), run: z.string().min(1) }),
  // What is in it was checked where the call came in, and is checked again by the use case.
  z.object({ kind: z.literal('preview'), order: z.custom<PreviewOrder>((order) => order instanceof Object) }),
  z.object({
    kind: z.literal('delivery-notes'),
    notes: z.array(z.string().min(1)).min(1).max(100),
    prices: z.boolean().exactOptional(),
  }),
  z.object({ kind: z.literal('print-file'), run: z.string().min(1) }),
  z.object({
    kind: z.literal('picture'),
    picture: z.object({ name: z.string(), kind: z.enum(['png', 'jpeg', 'svg']), bytes: z.base64() }),
    box: z.object({ width: z.number(), height: z.number() }),
  }),
]);
export type OnDemandRequest = z.infer<typeof requestSchema>;

/** What each kind of request is answered. */
export interface OnDemandAnswers {
  readonly bill: { readonly closed: true };
  /** The file itself in base64, or where in the archive a larger one lies. */
  readonly preview: { readonly pdf: string } | { readonly key: string };
  readonly 'delivery-notes': MadeDeliveryNotes;
  /** Where in the archive the parts lie. */
  readonly 'print-file': { readonly keys: readonly string[] };
  readonly picture: { readonly png: string };
}
export type OnDemandAnswer<Kind extends OnDemandRequest['kind'] = OnDemandRequest['kind']> =
  | OnDemandAnswers[Kind]
  | OnDemandRefusal;

/** A `Fault` as it travels; a breakdown is an error of the function instead. */
export interface OnDemandRefusal {
  readonly error: {
    readonly code: FaultCode;
    readonly message: string;
    readonly details: readonly string[];
  };
}

/** @throws when it is no such request */
export const readRequest = (event: unknown): OnDemandRequest => requestSchema.parse(event);
