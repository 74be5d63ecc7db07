import { Server } from 'node:net';

/** A command has no business with ports: whoever opens one in these applications ends the process with 3. */
Server.prototype.listen = () => {
  process.stderr.write('a port was opened\n');
  process.exit(3);
};
