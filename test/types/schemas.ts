import * as v from 'valibot';
import { z } from 'zod';
import type { Session, SessionOf, StandardSchemaV1 } from 'nestjs-django-sessions';
import { expectType } from './expect-type.js';

/** What the schemas below take, which is what a session holds. */
interface Shop {
  cart: string[];
  seen: string;
  theme?: 'light' | 'dark' | undefined;
}

const ofZod = z.object({
  cart: z.array(z.string()),
  // What the schema makes of it is not taken over: in the session it stays a text.
  seen: z.string().transform((text) => new Date(text)),
  theme: z.enum(['light', 'dark']).default('light'),
});
const ofValibot = v.object({
  cart: v.array(v.string()),
  seen: v.pipe(
    v.string(),
    v.transform((text) => new Date(text)),
  ),
  theme: v.optional(v.picklist(['light', 'dark']), 'light'),
});

export function zod(session: Session<SessionOf<typeof ofZod>>, shop: SessionOf<typeof ofZod>) {
  expectType<Shop>().of({ ...shop });
  expectType<string | undefined>().of(session.get('seen'));
  expectType<'light' | 'dark' | undefined>().of(session.get('theme'));
  session.set('cart', ['pear']);
  // @ts-expect-error -- the input is a text
  session.set('seen', new Date());
  // @ts-expect-error -- no such key
  session.get('crat');
}

export function valibot(session: Session<SessionOf<typeof ofValibot>>, shop: SessionOf<typeof ofValibot>) {
  expectType<Shop>().of({ ...shop });
  expectType<string | undefined>().of(session.get('seen'));
  expectType<'light' | 'dark' | undefined>().of(session.get('theme'));
  session.set('cart', ['pear']);
  // @ts-expect-error -- the input is a text
  session.set('seen', new Date());
  // @ts-expect-error -- no such key
  session.get('crat');
}

/** An interface may extend them: that is how one declaration types a whole application. */
export interface OfZod extends SessionOf<typeof ofZod> {}
export interface OfValibot extends SessionOf<typeof ofValibot> {
  user: string;
}
export function extended(one: Session<OfZod>, other: Session<OfValibot>) {
  expectType<string[] | undefined>().of(one.get('cart'));
  expectType<string[] | undefined>().of(other.get('cart'));
  expectType<string>().of(other.get('user', ''));
}

const strictOfZod = z.strictObject({ cart: z.array(z.string()) });
const strictOfValibot = v.strictObject({ cart: v.array(v.string()) });
const looseOfZod = z.looseObject({ cart: z.array(z.string()) });
export function strictAndLoose(
  one: Session<SessionOf<typeof strictOfZod>>,
  other: Session<SessionOf<typeof strictOfValibot>>,
  loose: Session<SessionOf<typeof looseOfZod>>,
) {
  expectType<'cart'[]>().of(one.keys());
  expectType<'cart'[]>().of(other.keys());
  expectType<string[] | undefined>().of(loose.get('cart'));
  expectType<unknown>().of(loose.get('anything'));
  // @ts-expect-error -- texts are wanted
  loose.set('cart', [1]);
}

const asynchronous = v.objectAsync({
  cart: v.pipeAsync(
    v.array(v.string()),
    v.checkAsync(async () => true),
  ),
});
export function byHand(
  one: SessionOf<typeof asynchronous>,
  other: SessionOf<StandardSchemaV1<{ cart: string[] }, { cart: Set<string> }>>,
) {
  expectType<{ cart: string[] }>().of({ ...one });
  expectType<{ cart: string[] }>().of(other);
}

const ofAText = z.string();
// @ts-expect-error -- a session is an object
export type OfAText = SessionOf<typeof ofAText>;
// @ts-expect-error -- the type of the schema is meant: SessionOf<typeof schema>
export type OfNoSchema = SessionOf<{ cart: string[] }>;
