import * as v from 'valibot';
import { z } from 'zod';
import {
  jsonSerializer,
  SessionsModule,
  SessionsOptions,
  type SessionSchemaIssue,
  type SessionUpgrade,
} from 'nestjs-django-sessions';
import { expectType } from './expect-type.js';
import { ShelfEngine } from './engines.js';

const secretKey = 'secret';

export const right: SessionsOptions[] = [
  { secretKey },
  { secretKey: process.env.SECRET_KEY, secretKeyFallbacks: [Buffer.alloc(32)] },
  { secretKey, engine: 'cached_db', caches: { default: { backend: 'redis', location: 'redis://127.0.0.1' } } },
  { secretKey, engine: 'django.contrib.sessions.backends.db' },
  { secretKey, engine: ShelfEngine },
  { secretKey, engine: new ShelfEngine() },
  { secretKey, serializer: jsonSerializer },
  { secretKey, cookieSameSite: false, cookieDomain: null, cookieAge: 60 },
  { secretKey, clearSessions: { cron: '* * * * *' } },
  { secretKey, schema: z.object({ cart: z.string() }), upgrade: () => null },
  { secretKey, schema: v.objectAsync({ cart: v.string() }), upgrade: async (data) => ({ cart: data.cart[0] }) },
];

export const wrong: SessionsOptions[] = [
  // @ts-expect-error -- a secret is required
  {},
  // @ts-expect-error -- Django's name
  { secretKey, SESSION_COOKIE_AGE: 60 },
  // @ts-expect-error -- misspelt
  { secretKey, cookieage: 60 },
  // @ts-expect-error -- seconds are a number
  { secretKey, cookieAge: '2 weeks' },
  // @ts-expect-error -- an engine has more methods
  { secretKey, engine: { load: async () => null } },
  // @ts-expect-error -- no such way
  { secretKey, concurrency: 'first' },
  // @ts-expect-error -- no such backend
  { secretKey, caches: { default: { backend: 'postgres' } } },
  // @ts-expect-error -- true is what it is by default
  { secretKey, clearSessions: true },
  // @ts-expect-error -- no schema
  { secretKey, schema: { cart: 'string[]' } },
  // @ts-expect-error -- a session is an object
  { secretKey, schema: z.string() },
  // @ts-expect-error -- data, or null
  { secretKey, schema: z.object({}), upgrade: () => 'text' },
];

export const upgrade: SessionUpgrade = (data, issues) => {
  expectType<any>().of(data.cart);
  expectType<readonly SessionSchemaIssue[]>().of(issues);
  expectType<string>().of(issues.map(({ path, message }) => `${path}: ${message}`).join());
  return data;
};

class Configuration {
  readonly secretKey = secretKey;
}
class OptionsFactory {
  createSessionsOptions(): SessionsOptions {
    return { secretKey };
  }
}
class OtherFactory {
  options = { secretKey };
}

export const modules = [
  SessionsModule.forRoot({ secretKey, isGlobal: false, interceptor: false, imports: [] }),
  SessionsModule.forRootAsync({ useFactory: () => ({ secretKey }) }),
  SessionsModule.forRootAsync({
    inject: [Configuration],
    useFactory: async (configuration: Configuration) => ({ ...configuration, engine: 'file' }),
    interceptor: false,
  }),
  SessionsModule.forRootAsync({ useClass: OptionsFactory }),
  SessionsModule.forRootAsync({ useExisting: OptionsFactory }),
  // @ts-expect-error -- misspelt
  SessionsModule.forRoot({ secretKey, isglobal: false }),
  // @ts-expect-error -- a secret is required
  SessionsModule.forRootAsync({ useFactory: () => ({}) }),
  // @ts-expect-error -- seconds are a number
  SessionsModule.forRootAsync({ useFactory: async () => ({ secretKey, cookieAge: '2 weeks' }) }),
  // @ts-expect-error -- it has no createSessionsOptions
  SessionsModule.forRootAsync({ useClass: OtherFactory }),
];
