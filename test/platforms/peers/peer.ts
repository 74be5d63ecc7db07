import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import expressSession, { type Store } from 'express-session';
import type { Mounting } from '../mounting.js';
import { express, fastify, type Platform } from '../platform.js';

const SECRET = 'a secret of at least thirty-two characters';

/** With the settings that spare the store most, or with its own defaults. */
export type PeerSettings = 'sparing' | 'default';

/** Another library of sessions, on its platform. */
export interface Peer {
  name: 'express-session' | '@fastify/session';
  platform: Platform;
  mounting(store: Store, settings: PeerSettings): Mounting['parts'];
}

export const EXPRESS_SESSION: Peer = {
  name: 'express-session',
  platform: express,
  mounting(store, settings) {
    const sparing = { resave: false, saveUninitialized: false };
    // Its own, spelt out: it wants them to be.
    const own = { resave: true, saveUninitialized: true };
    const options = { secret: SECRET, store, ...(settings === 'sparing' ? sparing : own) };
    return { prepare: (app) => void app.use(expressSession(options)) };
  },
};

export const FASTIFY_SESSION: Peer = {
  name: '@fastify/session',
  platform: fastify,
  mounting(store, settings) {
    const sparing = { rolling: false, saveUninitialized: false };
    const options = { secret: SECRET, store, cookie: { secure: false }, ...(settings === 'sparing' && sparing) };
    return {
      async platform(instance: { register(plugin: unknown, options?: object): PromiseLike<unknown> }) {
        await instance.register(fastifyCookie);
        await instance.register(fastifySession, options);
      },
    };
  },
};
