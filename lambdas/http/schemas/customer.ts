import { z } from 'zod';
import { type Customer, customerNumber, customerSchema } from '#core/domain/customer.ts';
import { plainDecimal } from '#core/domain/money.ts';

const EXAMPLE = {
  number: '10042',
  name: 'Hotel Alpenblick',
  street: 'Seestraße 12',
  zip: '87629',
  city: 'Füssen',
  invoiceEmail: 'rechnung@alpenblick.example',
  invoiceByMail: true,
  billingCycle: 'monthly',
};

/** A field that is not known is refused: a slip of the pen must not leave a customer without mail. */
export const customerBody = z
  .strictObject({ ...customerSchema.shape, number: customerNumber.optional() })
  .meta({ id: 'CustomerToPut', example: EXAMPLE });

const { shape } = customerSchema;
/** As it is stored; may be sent back as it is. */
export const customerAnswer = z
  .object({
    number: z.string(),
    ...(Object.fromEntries(
      [
        'name',
        'name2',
        'street',
        'zip',
        'city',
        'country',
        'language',
        'email',
        'invoiceEmail',
        'invoiceAddressee',
        'cc',
        'bcc',
        'vatId',
        'buyerReference',
        'orderReference',
        'iban',
        'mandate',
        'skontoPercent',
      ].map((name) => [name, z.string()]),
    ) as Record<TextField, z.ZodString>),
    invoiceByMail: z.boolean(),
    billingCycle: shape.billingCycle.unwrap(),
    deliveryOverview: z.boolean(),
    paymentDays: z.number().int(),
    skontoDays: z.number().int(),
    eInvoice: shape.eInvoice.unwrap(),
  })
  .meta({ id: 'Customer', example: EXAMPLE });
type TextField =
  | Exclude<
      {
        [K in keyof Customer]: Customer[K] extends string ? (string extends Customer[K] ? K : never) : never;
      }[keyof Customer],
      'number'
    >
  | 'skontoPercent';

export const customerJson = (customer: Customer): z.infer<typeof customerAnswer> => ({
  ...customer,
  skontoPercent: plainDecimal(customer.skontoPercent, 2),
});
