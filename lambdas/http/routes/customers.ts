import { z } from 'zod';
import { deleteCustomer } from '#core/customers/delete-customer.ts';
import { listCustomers } from '#core/customers/list-customers.ts';
import { putCustomer } from '#core/customers/put-customer.ts';
import { CYCLES, customerNumber } from '#core/domain/customer.ts';
import { Fault, refuse } from '#core/errors.ts';
import { readCustomer } from '#core/repositories/customers.ts';
import { json, jsonBody, READERS, type Routes, route, WRITE } from '../route.ts';
import { customerAnswer, customerBody, customerJson } from '../schemas/customer.ts';
import { flag, pageOf, pageQuery } from '../schemas/page.ts';

const params = z.object({ number: customerNumber });

export const customerRoutes: Routes = (app, deps) => {
  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/customers',
      operationId: 'listCustomers',
      tags: ['Customers'],
      summary: 'Customers in natural order of their numbers',
      request: {
        query: z.strictObject({
          mail: flag.optional().meta({ description: 'Only those who get their invoices by mail, or not.' }),
          cycle: z.enum(CYCLES).optional(),
          ...pageQuery,
        }),
      },
      responses: { 200: json('A page', pageOf(customerAnswer, 'CustomerPage')) },
    }),
    async (context) => {
      const { items, ...page } = await listCustomers(context.req.valid('query'), deps);
      return context.json({ items: items.map(customerJson), ...page }, 200);
    },
  );

  app.openapi(
    route(READERS, {
      method: 'get',
      path: '/api/customers/{number}',
      operationId: 'getCustomer',
      tags: ['Customers'],
      summary: 'A customer',
      request: { params },
      responses: { 200: json('The customer', customerAnswer) },
    }),
    async (context) => context.json(await customer(context.req.valid('param').number), 200),
  );

  app.openapi(
    route(WRITE, {
      method: 'put',
      path: '/api/customers/{number}',
      operationId: 'putCustomer',
      tags: ['Customers'],
      summary: 'Creates a customer or replaces it; what is absent takes its default',
      request: { params, body: jsonBody(customerBody) },
      responses: {
        200: json('It was there already', customerAnswer),
        201: json('It is new', customerAnswer),
      },
    }),
    async (context) => {
      const { number } = context.req.valid('param');
      const { number: inBody = number, ...body } = context.req.valid('json');
      if (inBody !== number)
        refuse(`The path names customer ${number}, the body ${inBody}: which one is meant?`);
      // The number goes first, as in an imported file, so that the same customer gives the same JSON.
      const outcome = await putCustomer({ number, ...body }, deps);
      return context.json(await customer(number), outcome === 'created' ? 201 : 200);
    },
  );

  app.openapi(
    route(WRITE, {
      method: 'delete',
      path: '/api/customers/{number}',
      operationId: 'deleteCustomer',
      tags: ['Customers'],
      summary: 'Forgets a customer that has no open delivery notes; its invoices stay',
      request: { params },
      responses: { 204: { description: 'It is gone' } },
    }),
    async (context) => {
      await deleteCustomer(context.req.valid('param').number, deps);
      return context.body(null, 204);
    },
  );

  async function customer(number: string) {
    const found = await readCustomer(deps.table, number);
    if (!found) throw new Fault('not-found', `Customer ${number} is not known.`);
    return customerJson(found.value.customer);
  }
};
