import type { OwnServer } from '../../support/own-server.js';
import type { Fault } from './store-under-fault.js';
import type { TcpProxy } from './tcp-proxy.js';

/** A server that sleeps. The proxy sees to it that nothing is answered in the moment the signal takes. */
export function pausedServer(server: OwnServer, proxy: TcpProxy): Fault {
  return {
    begin: () => {
      proxy.pause();
      server.freeze();
    },
    end: () => {
      server.thaw();
      proxy.resume();
    },
  };
}
