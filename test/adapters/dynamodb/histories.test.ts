import { it } from 'node:test';
import { tellHistories } from '#test/contracts/histories.ts';
import { describeDynamo } from '#test/support/aws/dynamodb-local.ts';
import { openLocalTable } from '#test/support/aws/dynamodb-table.ts';

const HISTORIES = process.env.LONG ? 500 : 25;

describeDynamo('DynamoDB', (dynamo) => {
  it(`no promise is broken in ${HISTORIES} random histories`, () => {
    const openTable = async () => openLocalTable(dynamo.endpoint, await dynamo.makeTable());
    // Which of two processes is faster is up to the network, whatever the seed.
    return tellHistories(HISTORIES, openTable, { shrink: false });
  });
});
