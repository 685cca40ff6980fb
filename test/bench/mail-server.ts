import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/**
 * This process is a mail server that accepts everything and keeps nothing. It prints its port and ends with
 * its input.
 */
const server = new SMTPServer({
  authOptional: true,
  disableReverseLookup: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    stream.on('end', done);
    stream.resume();
  },
});
server.on('error', () => {});
server.listen(0, '127.0.0.1');
await once(server.server, 'listening');
console.log((server.server.address() as { port: number }).port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
