import { randomBytes } from 'node:crypto';
import * as django from './django-bytes.mjs';
import { payloadOf } from './payload.mjs';
import { startApplication } from './application.mjs';
import { libraryOf } from './our-module.mjs';
import { controllerOf, take } from './routes.mjs';

const AGE = 1_209_600;

/** What the library does to the messages of Express, alone. */
async function equalMessages(application, settings) {
  const { inheritFromBirth } = await libraryOf(settings)('nest/express-messages');
  inheritFromBirth(application.getHttpAdapter().getInstance(), application.getHttpServer());
}

/** The same routes without any session: what Nest costs. */
export function noSession({ platform, isEqual }, settings) {
  // Nest keeps what it knows of a route on its function: each has its own.
  const answer = () => [[], () => ({ n: 0 })];
  const controller = controllerOf({ read: answer(), write: answer(), login: answer(), seed: answer() });
  return startApplication({ platform, controller, ...(isEqual && { prepare: (one) => equalMessages(one, settings) }) });
}

/** What a careful developer would write by hand, and no less can be done: the limit. */
export async function handWritten({ platform, store, bytes = 'json', isEqual }, settings) {
  const shelf = await SHELVES[store](settings);
  const { dump, load } = BYTES[bytes];
  const request = take.request();
  const response = take.response();
  const keyIn = ({ headers }) => /(?:^|; )sessionid=([0-9a-f]{32})/.exec(headers.cookie ?? '')?.[1];
  const hand = (reply, key) => {
    reply.header('set-cookie', `sessionid=${key}; HttpOnly; Max-Age=${AGE}; Path=/; SameSite=Lax`);
  };
  const controller = controllerOf({
    read: [
      [request],
      async (req) => {
        const text = await shelf.get(keyIn(req));
        return text ? { n: load(text).n } : {};
      },
    ],
    write: [
      [request],
      async (req) => {
        const key = keyIn(req);
        const data = load(await shelf.get(key));
        data.n++;
        await shelf.update(key, dump(data));
        return { n: data.n };
      },
    ],
    login: [
      [request, response],
      async (req, reply) => {
        const key = keyIn(req);
        const data = load(await shelf.get(key));
        data.n++;
        data.user = 42;
        const next = randomBytes(16).toString('hex');
        await shelf.move(key, next, dump(data));
        hand(reply, next);
        return { n: data.n };
      },
    ],
    seed: [
      [response, take.size()],
      async (reply, size) => {
        const key = randomBytes(16).toString('hex');
        await shelf.add(key, dump({ n: 0, payload: payloadOf(Number(size)) }));
        hand(reply, key);
        return { n: 0 };
      },
    ],
  });
  return startApplication({ platform, controller, ...(isEqual && { prepare: (one) => equalMessages(one, settings) }) });
}

/** How data are written: as plain JSON, or compressed, dated and signed as Django does it. */
const BYTES = { json: { dump: JSON.stringify, load: JSON.parse }, django };

const SHELVES = {
  async redis({ redis }) {
    const { Redis } = await import('ioredis');
    const client = new Redis(redis);
    const at = (key) => `hand:${key}`;
    return {
      get: (key) => client.get(at(key)),
      update: (key, text) => client.set(at(key), text, 'EX', AGE, 'XX'),
      add: (key, text) => client.set(at(key), text, 'EX', AGE, 'NX'),
      move: (from, to, text) => client.multi().set(at(to), text, 'EX', AGE, 'NX').del(at(from)).exec(),
    };
  },

  async postgres({ postgres }) {
    const { Pool } = (await import('pg')).default;
    const pool = new Pool({ connectionString: postgres, max: 10 });
    await pool.query(
      'CREATE TABLE IF NOT EXISTS hand (key varchar(40) PRIMARY KEY, data text NOT NULL, expires timestamptz NOT NULL)',
    );
    const end = () => new Date(Date.now() + AGE * 1000);
    const ask = (name, text, values) => pool.query({ name, text, values });
    return {
      async get(key) {
        const { rows } = await ask('get', 'SELECT data FROM hand WHERE key = $1 AND expires > $2', [key, new Date()]);
        return rows[0]?.data;
      },
      update: (key, text) =>
        ask('update', 'UPDATE hand SET data = $1, expires = $2 WHERE key = $3', [text, end(), key]),
      add: (key, text) => ask('add', 'INSERT INTO hand (key, data, expires) VALUES ($1, $2, $3)', [key, text, end()]),
      move: (from, to, text) =>
        ask('move', 'UPDATE hand SET key = $1, data = $2, expires = $3 WHERE key = $4', [to, text, end(), from]),
    };
  },

  async sqlite({ folder }) {
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(`${folder}/hand.sqlite3`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.exec(
      'CREATE TABLE IF NOT EXISTS hand (key TEXT PRIMARY KEY, data TEXT NOT NULL, expires INTEGER NOT NULL)',
    );
    const end = () => Date.now() + AGE * 1000;
    const get = database.prepare('SELECT data FROM hand WHERE key = ? AND expires > ?');
    const update = database.prepare('UPDATE hand SET data = ?, expires = ? WHERE key = ?');
    const add = database.prepare('INSERT INTO hand (key, data, expires) VALUES (?, ?, ?)');
    const move = database.prepare('UPDATE hand SET key = ?, data = ?, expires = ? WHERE key = ?');
    return {
      get: (key) => get.get(key, Date.now())?.data,
      update: (key, text) => update.run(text, end(), key),
      add: (key, text) => add.run(key, text, end()),
      move: (from, to, text) => move.run(to, text, end(), from),
    };
  },
};
