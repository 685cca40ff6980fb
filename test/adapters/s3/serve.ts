import { startS3Server } from '#test/support/aws/s3-server.ts';
import { answer } from '#test/support/process/child.ts';

answer(async () => {
  const { endpoint } = await startS3Server();
  return endpoint;
});
