import { it } from 'node:test';
import { tellHistories } from '#test/contracts/histories.ts';
import { describeDynamo } from '#test/support/aws/dynamodb-local.ts';
import { openLocalTable } from '#test/support/aws/dynamodb-table.ts';

const HISTORIES = process.env.LONG ? 500 : 25;

describeDynamo('DynamoDB', (dynamo) => {
  it(`a run keeps every promise on DynamoDB in ${HISTORIES} random histories`, () => {
    const openTable = async () => openLocalTable(dynamo.endpoint, await dynamo.makeTable());
    // The network decides which of two processes is faster, so that a seed cannot repeat a history.
    return tellHistories(HISTORIES, openTable, { shrink: false });
  });
});
