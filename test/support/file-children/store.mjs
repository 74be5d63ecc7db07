import { jsonSerializer } from '../core/json-serializer.js';
import { SessionCodec } from '../core/session-codec.js';
import { SessionStore } from '../core/session-store.js';
import { signedEngine } from '../core/signed-engine.js';
import { FileEngine } from '../engines/file/file-engine.js';

/** Sessions in this folder, as an application has them. */
export function storeIn(folder) {
  const engine = signedEngine(new FileEngine({ folder }), new SessionCodec(['secret']), Date.now, () => {
    throw new Error('a session was read that is not whole');
  });
  return new SessionStore(engine, {
    cookieAge: 1_209_600,
    expireAtBrowserClose: false,
    absoluteAge: null,
    timeZone: 'UTC',
    concurrency: 'merge',
    serializer: jsonSerializer,
    clock: Date.now,
  });
}
