import { Session } from 'nestjs-django-sessions';
import { expectType } from './expect-type.js';

interface Shop {
  cart: string[];
  visits: number;
  user: { name: string } | null;
  theme?: 'light' | 'dark';
}

export function reading(session: Session<Shop>) {
  expectType<string[] | undefined>().of(session.get('cart'));
  expectType<number>().of(session.get('visits', 0));
  expectType<number | null>().of(session.get('visits', null));
  expectType<{ name: string } | null | undefined>().of(session.get('user'));
  // One that is optional is there or not, and never there without a value.
  expectType<'light' | 'dark' | undefined>().of(session.get('theme'));
  expectType<'light' | 'dark'>().of(session.get('theme', 'light'));
  expectType<boolean>().of(session.has('theme'));
  // @ts-expect-error -- no such key
  session.get('crat');
  // @ts-expect-error -- no such key
  session.has('crat');
}

export function writing(session: Session<Shop>) {
  expectType<Session<Shop>>().of(session.set('cart', []).set('user', null).set('theme', 'dark'));
  expectType<Session<Shop>>().of(session.update({ visits: 1, user: { name: 'ann' } }));
  expectType<number>().of(session.setDefault('visits', 0));
  expectType<'light' | 'dark'>().of(session.setDefault('theme', 'dark'));
  session.delete('cart');
  // @ts-expect-error -- no such key
  session.set('crat', []);
  // @ts-expect-error -- numbers are no texts
  session.set('cart', [1]);
  // @ts-expect-error -- not one of the choices
  session.set('theme', 'red');
  // @ts-expect-error -- delete it
  session.set('theme', undefined);
  // @ts-expect-error -- not nullable
  session.set('visits', null);
  // @ts-expect-error -- a text is no number
  session.setDefault('visits', '0');
  // @ts-expect-error -- no such key
  session.update({ crat: [] });
  // @ts-expect-error -- a text is no number
  session.update({ visits: '1' });
  // @ts-expect-error -- no such key
  session.delete('crat');
}

export function popping(session: Session<Shop>) {
  expectType<number>().of(session.pop('visits'));
  expectType<string[] | null>().of(session.pop('cart', null));
  expectType<'light' | 'dark'>().of(session.pop('theme'));
  // @ts-expect-error -- no such key
  session.pop('crat');
}

export function asAPlainObject(session: Session<Shop>) {
  expectType<Shop>().of(session.data);
  expectType<string[]>().of(session.data.cart);
  expectType<string | undefined>().of(session.data.user?.name);
  expectType<Shop>().of(session.toJSON());
  session.data.theme = 'dark';
  delete session.data.theme;
  // @ts-expect-error -- a text is no number
  session.data.visits = '1';
  // @ts-expect-error -- no such member
  session.data.crat = [];
}

export function listing(session: Session<Shop>) {
  type Key = 'cart' | 'visits' | 'user' | 'theme';
  type Value = string[] | number | { name: string } | null | 'light' | 'dark';
  expectType<Key[]>().of(session.keys());
  expectType<Value[]>().of(session.values());
  expectType<[Key, Value][]>().of(session.items());
  for (const [key, value] of session) {
    expectType<Key>().of(key);
    expectType<Value>().of(value);
  }
}

export async function storing(session: Session<Shop>) {
  expectType<Session<Shop>>().of(await session.load());
  expectType<Session<Shop>>().of(await session.reload());
  expectType<void>().of(await session.save({ mustCreate: true }));
  expectType<void>().of(await session.cycleKey());
  expectType<boolean>().of(await session.exists('key'));
  expectType<string | null>().of(session.sessionKey);
  session.setExpiry(60);
  session.setExpiry(new Date());
  session.setExpiry({ weeks: 2 });
  session.setExpiry(null);
  // @ts-expect-error -- no such unit
  session.setExpiry({ fortnights: 1 });
  // @ts-expect-error -- only this module sets it
  session.sessionKey = 'key';
}

/** Nothing in this program declares members of `SessionData`: see the folder `augmented` for a program that does. */
export function withoutAShape(session: Session) {
  expectType<any>().of(session.get('anything'));
  expectType<any>().of(session.get('anything', 0));
  expectType<any>().of(session.data.anything.deep[0]);
  expectType<string[]>().of(session.keys());
  session.set('anything', { deep: [1] }).update({ more: 1 });
}

export function oneShapeForAnother(shop: Session<Shop>, anything: Session) {
  const whatever: Session<object>[] = [shop, anything];
  // @ts-expect-error -- its members are others
  const other: Session<{ cart: number }> = shop;
  return [...whatever, other];
}

// @ts-expect-error -- a session is an object
export type OfAText = Session<string>;

export class Handlers {
  shop(@Session() session: Session<Shop>, @Session('cart') cart: string[], @Session({ name: 'admin' }) admin: Session) {
    return [session, cart, admin];
  }

  // @ts-expect-error -- a key is a text
  misled(@Session(7) seven: number) {
    return seven;
  }
}
