import { z } from 'zod';
import type { PreviewOrder } from '#core/billing/preview-invoice.ts';
import type { MadeDeliveryNotes } from '#core/deliveries/make-delivery-notes.ts';
import type { FaultCode } from '#core/errors.ts';

/**
 * The requests to the function that prints on demand: JSON of 6 MB at most, as are its answers. Only the
 * program's own functions have the right to call it.
 */
const requestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bill'), run: z.string().min(1) }),
  // The order was checked where the call came in, and the use case checks it again.
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

/** The answer to each kind of request. */
export interface OnDemandAnswers {
  readonly bill: { readonly closed: true };
  /** The file in base64, or the archive key of one that is too large for an answer. */
  readonly preview: { readonly pdf: string } | { readonly key: string };
  readonly 'delivery-notes': MadeDeliveryNotes;
  /** The archive keys of the parts. */
  readonly 'print-file': { readonly keys: readonly string[] };
  readonly picture: { readonly png: string };
}
export type OnDemandAnswer<Kind extends OnDemandRequest['kind'] = OnDemandRequest['kind']> =
  | OnDemandAnswers[Kind]
  | OnDemandRefusal;

/** A `Fault` in transit. A breakdown is reported as an error of the function instead. */
export interface OnDemandRefusal {
  readonly error: {
    readonly code: FaultCode;
    readonly message: string;
    readonly details: readonly string[];
  };
}

/**
 * Checks and reads a request.
 * @throws when it is not a valid request
 */
export const readRequest = (event: unknown): OnDemandRequest => requestSchema.parse(event);
