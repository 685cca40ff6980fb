import { answer } from '#test/support/child.ts';
import { startS3Server } from '#test/support/s3-server.ts';

answer(async () => {
  const { endpoint } = await startS3Server();
  return endpoint;
});
