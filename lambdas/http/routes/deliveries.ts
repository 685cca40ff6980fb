import { z } from 'zod';
import { deleteNote } from '#core/deliveries/delete-note.ts';
import { findNote, type ListedNote, listNotes } from '#core/deliveries/list-notes.ts';
import { putNote } from '#core/deliveries/put-note.ts';
import { year } from '#core/domain/calendar.ts';
import { customerNumber } from '#core/domain/customer.ts';
import { deliveryNoteSchema, noteNumber } from '#core/domain/delivery-note.ts';
import { Fault, refuse } from '#core/errors.ts';
import { answerFiled } from '../documents.ts';
import { json, jsonBody, PDF, READERS, type Routes, refusal, route, WRITE } from '../route.ts';
import { deliveryAnswer, deliveryBody, deliveryJson } from '../schemas/delivery.ts';
import { daysQuery, flag, pageOf, pageQuery, withDays } from '../schemas/page.ts';

const params = z.object({ year, note: noteNumber });

export const deliveryRoutes: Routes = (app, deps) => {
  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/deliveries',
      operationId: 'listDeliveries',
      tags: ['Deliveries'],
      summary: 'Delivery notes of a customer or of some days',
      description: 'Takes `customer`, or `from` and `to`.',
      request: {
        query: z.strictObject({
          customer: customerNumber.optional(),
          ...daysQuery,
          state: z.enum(['open', 'billed']).optional(),
          ...pageQuery,
        }),
      },
      responses: { 200: json('A page', pageOf(deliveryAnswer, 'DeliveryPage')) },
    }),
    async (context) => {
      const { items, ...page } = await listNotes(withDays(context.req.valid('query')), deps);
      return context.json({ items: items.map(asJson), ...page }, 200);
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/deliveries/{year}/{note}',
      operationId: 'getDelivery',
      tags: ['Deliveries'],
      summary: 'A delivery note',
      request: { params },
      responses: { 200: json('The note', deliveryAnswer) },
    }),
    async (context) => context.json(asJson(await found(idOf(context.req.valid('param')))), 200),
  );

  app.openapi(
    route(WRITE, {
      method: 'put',
      path: '/api/deliveries/{year}/{note}',
      operationId: 'putDelivery',
      tags: ['Deliveries'],
      summary: 'Creates a delivery note, or replaces one that is not billed',
      request: { params, body: jsonBody(deliveryBody) },
      responses: {
        200: json('It was there already', deliveryAnswer),
        201: json('It is new', deliveryAnswer),
      },
    }),
    async (context) => {
      const { year, note: number } = context.req.valid('param');
      // The body's schema checks the parts of a note; rules that concern the whole note are checked by the
      // note's own schema.
      const parsed = deliveryNoteSchema.safeParse({ ...(await context.req.json<object>()), number });
      if (!parsed.success) throw refusal(parsed.error.issues, 'json');
      const { date } = parsed.data;
      if (!date.startsWith(year)) {
        refuse(`date: ${date} is not in ${year}, the year of the path: a number is unique within its year.`);
      }
      const outcome = await putNote(parsed.data, deps);
      return context.json(asJson(await found(`${year}/${number}`)), outcome === 'created' ? 201 : 200);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'delete',
      path: '/api/deliveries/{year}/{note}',
      operationId: 'deleteDelivery',
      tags: ['Deliveries'],
      summary: 'Takes back a delivery note that is not billed',
      request: { params },
      responses: { 204: { description: 'It is gone' } },
    }),
    async (context) => {
      await deleteNote(idOf(context.req.valid('param')), deps);
      return context.body(null, 204);
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/deliveries/{year}/{note}/document',
      operationId: 'getDeliveryDocument',
      tags: ['Deliveries'],
      summary: 'The delivery note as PDF: made and filed when it is first asked for, later the same bytes',
      request: {
        params,
        query: z.strictObject({
          prices: flag.optional().meta({ description: 'Unless given, as the settings say.' }),
        }),
      },
      responses: { 200: { description: 'The PDF', content: PDF } },
    }),
    async (context) => {
      const id = idOf(context.req.valid('param'));
      await found(id);
      const { made, held } = await deps.documents.deliveryNotes([id], context.req.valid('query').prices);
      const [first] = made;
      if (first) return answerFiled(context, first.document, deps);
      const reasons = held.flatMap((one) => one.reasons);
      throw new Fault('bad-input', reasons[0] ?? `Delivery note ${id} could not be made.`, {
        details: reasons,
      });
    },
  );

  async function found(id: string): Promise<ListedNote> {
    const note = await findNote(id, deps);
    if (note) return note;
    throw new Fault('not-found', `There is no delivery note ${id}.`);
  }
};

const idOf = ({ year, note }: z.infer<typeof params>): string => `${year}/${note}`;
const asJson = ({ note, state, invoice }: ListedNote) => deliveryJson(note, state, invoice);
