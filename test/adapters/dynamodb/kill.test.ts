import { basename } from 'node:path';
import { before } from 'node:test';
import { killSuite } from '#test/contracts/kills.ts';
import { describeDynamo } from '#test/support/aws/dynamodb-local.ts';
import { openLocalTable } from '#test/support/aws/dynamodb-table.ts';

/** Tries every thirteenth moment, to take seconds only; an odd step finds moments before and after a call. */
const STEP = process.env.LONG ? 1 : 13;

describeDynamo('DynamoDB', (dynamo) => {
  before(() => dynamo.makeTable('seed'));
  killSuite(
    {
      name: 'DynamoDB',
      open: async (folder) => openLocalTable(dynamo.endpoint, basename(folder)),
      copy: (from, to) => dynamo.copyTable(basename(from), basename(to)),
      environment: (folder) => ({ DYNAMODB: dynamo.endpoint, TABLE_NAME: basename(folder) }),
    },
    { billing: STEP, cancellation: process.env.LONG ? 1 : 25 },
  );
});
