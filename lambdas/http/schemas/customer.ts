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

/** Refuses unknown fields, because a misspelt field must not leave a customer without mail. */
export const customerBody = z
  .strictObject({ ...customerSchema.shape, number: customerNumber.optional() })
  .meta({ id: 'CustomerToPut', example: EXAMPLE });

const { shape } = customerSchema;
/** What an answer says of each field of a customer; a field that is missing here does not compile. */
const ANSWERED = {
  number: z.string(),
  name: z.string(),
  name2: z.string(),
  street: z.string(),
  zip: z.string(),
  city: z.string(),
  country: z.string(),
  language: z.string(),
  email: z.string(),
  invoiceEmail: z.string(),
  invoiceAddressee: z.string(),
  cc: z.string(),
  bcc: z.string(),
  vatId: z.string(),
  buyerReference: z.string(),
  orderReference: z.string(),
  iban: z.string(),
  mandate: z.string(),
  skontoPercent: z.string(),
  invoiceByMail: z.boolean(),
  billingCycle: shape.billingCycle.unwrap(),
  deliveryOverview: z.boolean(),
  paymentDays: z.number().int(),
  skontoDays: z.number().int(),
  eInvoice: shape.eInvoice.unwrap(),
} satisfies Record<keyof Customer, z.ZodType>;

/** A customer as it is stored; an answer may be sent back unchanged. */
export const customerAnswer = z.object(ANSWERED).meta({ id: 'Customer', example: EXAMPLE });

export const customerJson = (customer: Customer): z.infer<typeof customerAnswer> => ({
  ...customer,
  skontoPercent: plainDecimal(customer.skontoPercent, 2),
});
