import { Session, type SessionData, type SessionOf, type SessionsService } from 'nestjs-django-sessions';
import type { shopSchema } from '../../../docs/examples/typed-application.js';
import { expectType } from '../expect-type.js';

/** In this program, as in the example, `SessionData` has the members of a schema: in every session without others. */
export function everySession(session: Session, other: Session<{ visits: number }>) {
  expectType<string[] | undefined>().of(session.get('cart'));
  expectType<'light' | 'dark'>().of(session.get('theme', 'light'));
  expectType<SessionData>().of(session.data);
  expectType<('cart' | 'theme')[]>().of(session.keys());
  expectType<number>().of(other.get('visits', 0));
  session.set('cart', ['pear']);
  // @ts-expect-error -- no such key
  session.get('crat');
  // @ts-expect-error -- numbers are no texts
  session.set('cart', [1]);
  // @ts-expect-error -- no such member
  session.data.crat = [];
  // @ts-expect-error -- it has members of its own
  other.get('cart');
}

export async function fromTheService(sessions: SessionsService) {
  const session = await sessions.open();
  expectType<Session<SessionData>>().of(session);
  expectType<'light' | 'dark' | undefined>().of(session.get('theme'));
  // @ts-expect-error -- no such key
  (await sessions.from({})).get('crat');
}

export function andTheTypeOfTheSchema(shop: SessionOf<typeof shopSchema>, data: SessionData) {
  expectType<{ cart?: string[] | undefined; theme?: 'light' | 'dark' | undefined }>().of({ ...data });
  return [shop satisfies SessionData, data satisfies SessionOf<typeof shopSchema>];
}

export class Handlers {
  show(@Session() session: Session) {
    expectType<string[] | null>().of(session.pop('cart', null));
  }
}
