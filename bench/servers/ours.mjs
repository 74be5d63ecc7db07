import { startApplication } from './application.mjs';
import { libraryOf, ourModules } from './our-module.mjs';
import { payloadOf } from './payload.mjs';
import { controllerOf, take } from './routes.mjs';

/** The library, as its documentation has it, with every option at its default but the engine. */
export async function ours({ platform, engine, store }, settings) {
  const { Session } = await libraryOf(settings)('index');
  const session = Session();
  const controller = controllerOf({
    read: [[session], (visitor) => ({ n: visitor.get('n') })],
    write: [
      [session],
      (visitor) => {
        const n = visitor.get('n') + 1;
        visitor.set('n', n);
        return { n };
      },
    ],
    login: [
      [session],
      async (visitor) => {
        const n = visitor.get('n') + 1;
        visitor.update({ n, user: 42 });
        await visitor.cycleKey();
        return { n };
      },
    ],
    seed: [
      [session, take.size()],
      (visitor, size) => {
        visitor.update({ n: 0, payload: payloadOf(Number(size)) });
        return { n: 0 };
      },
    ],
  });
  const imports = await ourModules({ engine, store }, settings);
  return startApplication({ platform, controller, imports });
}
