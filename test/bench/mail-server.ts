import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';

/** A mail server in a process of its own that takes all and keeps nothing. Prints its port; ends with its input. */
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
