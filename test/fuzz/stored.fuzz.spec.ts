import { createHmac, createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import * as fc from 'fast-check';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { SessionStoreError, SessionValueError } from '../../libs/sessions/src/core/errors.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { ENTRY_FORMATS } from '../../libs/sessions/src/engines/cached-db/entry-format.js';
import { bounded } from '../security/support/bounded.js';
import { CacheStore } from '../support/cache-store.js';
import { CachedDbStore } from '../support/cached-db-store.js';
import { DatabaseStore } from '../support/database-store.js';
import { FileStore } from '../support/file-store.js';
import { fuzz } from './support/fuzz.js';
import { sessionTexts } from './support/json-texts.js';
import { anyText, mutated, mutatedText } from './support/mutations.js';

const SECRET = 'secret';
const NOW = 1_700_000_000;
const KEY = 'fuzzed'.padEnd(32, '0');
const codec = new SessionCodec([SECRET]);
const sealed = (text: string) => codec.encode(text, NOW * 1000);
/** A text, and the same damaged. */
const pair = (text: fc.Arbitrary<string>) =>
  text.chain((whole) => fc.tuple(fc.constant(whole), mutatedText(fc.constant(whole))));
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

/** What Django wrote before 3.1. */
function sealedLong(text: string): string {
  const key = createHash('sha1').update(`django.contrib.sessionsSessionStore${SECRET}`).digest();
  const mac = createHmac('sha1', key).update(text, 'latin1').digest('hex');
  return Buffer.from(`${mac}:${text}`, 'latin1').toString('base64');
}

describe('a session_data text', () => {
  fuzz(
    'that is damaged is forged',
    [pair(sessionTexts.map(sealed))],
    ([whole, damaged]) => {
      const read = bounded(() => codec.decode(damaged));
      if (damaged === whole) return 'undamaged';
      if (read !== 'forged') throw new Error(`It was read as ${JSON.stringify(read)}`);
      return 'forged';
    },
    { outcomes: ['forged'] },
  );

  fuzz('that is any text is forged', [anyText], (text) => String(bounded(() => codec.decode(text))), {
    outcomes: ['forged'],
  });

  fuzz(
    'of Django 3.0 that is damaged is forged, or says what it said',
    [pair(sessionTexts.map(sealedLong))],
    ([whole, damaged]) => {
      const [before, read] = [codec.decode(whole), bounded(() => codec.decode(damaged))];
      if (typeof before === 'string') throw new Error('A good one is not read.');
      // Base64 may be written in more than one way.
      if (typeof read === 'object' && read.payload !== before.payload) throw new Error(`It says ${read.payload}`);
      return typeof read === 'object' ? 'the same' : read;
    },
    { outcomes: ['forged'] },
  );
});

describe('a row', () => {
  let database: DatabaseStore;
  beforeAll(async () => {
    database = await DatabaseStore.open();
    database.clock.seconds = NOW;
  });
  afterAll(() => database.close());

  fuzz(
    'that is damaged is no session, and that is told once and without its key',
    [
      fc.oneof(
        pair(sessionTexts.map(sealed)),
        anyText.map((text) => ['', text] as [string, string]),
      ),
    ],
    async ([whole, damaged]) => {
      await database.wipe();
      await database.dataSource.query("INSERT INTO django_session VALUES (?, ?, '9999-12-31')", [KEY, damaged]);
      const session = await new Session<any>(database.store([SECRET]), KEY).load();
      if (damaged === whole) return 'undamaged';
      if (session.sessionKey !== null || session.size > 0) throw new Error('It was read.');
      if (database.warnings.join() !== 'Session data corrupted') throw new Error(`Told: ${database.warnings.join()}`);
      if ((await database.rows())[0]?.session_key !== KEY) throw new Error('The row was touched.');
      return 'no session';
    },
    { share: 0.25, outcomes: ['no session'] },
  );
});

describe('a file', () => {
  const files = new FileStore();
  files.clock.seconds = NOW;
  afterAll(() => files.close());

  fuzz(
    'that is damaged is no session, and that is told once and without its key',
    [
      fc.oneof(
        sessionTexts
          .map((text) => Buffer.from(sealed(text)))
          .chain((whole) => fc.tuple(fc.constant(whole), mutated(fc.constant(whole)))),
        fc.tuple(fc.constant(Buffer.alloc(0)), anyBytes),
      ),
    ],
    async ([whole, damaged]) => {
      files.warnings.length = 0;
      writeFileSync(join(files.folder, `sessionid${KEY}`), damaged);
      const session = await new Session<any>(files.store([SECRET]), KEY).load();
      if (damaged.equals(whole) && whole.length > 0) return 'undamaged';
      if (session.sessionKey !== null || session.size > 0) throw new Error('It was read.');
      // An empty one is a file that Django is about to fill.
      const told = damaged.length === 0 ? '' : 'Session data corrupted';
      if (files.warnings.join() !== told) throw new Error(`Told: ${files.warnings.join()}`);
      return 'no session';
    },
    { share: 0.25, outcomes: ['no session'] },
  );
});

describe.each(['json', 'pickle'] as const)('an entry of a cache, values: %s', (values) => {
  const cache = new CacheStore(values);
  cache.clock.seconds = NOW;
  const pack = (text: string) => (values === 'json' ? Buffer.from(text) : jsonToPickle(text));

  fuzz(
    'that is damaged is data, no session, or a store that is told to be broken',
    [fc.oneof(mutated(sessionTexts.map(pack)), anyBytes)],
    async (bytes) => {
      await cache.cache.plant(`:1:django.contrib.sessions.cache${KEY}`, bytes, Infinity);
      const session = new Session<any>(cache.store([]), KEY);
      try {
        await session.load();
      } catch (error) {
        // A pickle of what JSON cannot carry, such as bytes, is left as it is, and that is said.
        if (!(error instanceof SessionStoreError || error instanceof SessionValueError)) throw error;
        if (JSON.stringify([error.message, error.stack, String(error.cause)]).includes(KEY)) {
          throw new Error('The key is told.', { cause: error });
        }
        return 'broken';
      }
      if (Object.getPrototypeOf(session.data) !== null) throw new Error('The data have a prototype.');
      return session.sessionKey === null ? 'no session' : 'data';
    },
    { share: 0.5, outcomes: values === 'json' ? ['data', 'no session'] : ['data', 'broken'] },
  );
});

describe.each(['json', 'pickle'] as const)('an entry of cached_db, values: %s', (values) => {
  let store: CachedDbStore;
  beforeAll(async () => {
    store = await CachedDbStore.open(values);
    store.clock.seconds = NOW;
  });
  afterAll(() => store.close());
  const { session: entry, mark, read } = ENTRY_FORMATS[values];

  fuzz(
    'that is damaged is told, and the database answers; what is written then is right',
    [fc.oneof(mutated(sessionTexts.map((text) => entry(text, sealed(text)))), mutated(fc.constant(mark())), anyBytes)],
    async (bytes) => {
      await store.wipe();
      const own = new Session<any>(store.store([SECRET]));
      own.set('user', 'ann');
      await own.save();
      const key = own.sessionKey!;
      await store.cache.plant(`:1:django.contrib.sessions.cached_db${key}`, bytes, Infinity);
      const session = await new Session<any>(store.store([SECRET]), key).load();
      const isRead = await Promise.resolve()
        .then(() => read(bytes))
        .then(
          (content) => content !== null,
          () => false,
        );
      // A cache is believed as far as it can be read; what it says is never written without asking the database.
      if (!isRead && session.get('user') !== 'ann') throw new Error('The database was not asked.');
      if (Object.getPrototypeOf(session.data) !== null) throw new Error('The data have a prototype.');
      if (store.reports.some((report) => `${report.message} ${report.stack} ${String(report.cause)}`.includes(key))) {
        throw new Error('The key is told.');
      }
      if (!session.sessionKey) return 'no session';
      session.set('later', 1);
      try {
        await session.save();
      } catch (error) {
        // What a cache makes up may not be fit to be stored, such as an expiry that no date can say.
        if (isRead && (error instanceof SessionStoreError || error instanceof SessionValueError)) return 'not saved';
        throw error;
      }
      const row = await store.database.store([SECRET]).load(key);
      if (row?.data['user'] !== 'ann' || row.data['later'] !== 1) throw new Error('What was stored is lost.');
      return isRead ? 'believed' : 'from the database';
    },
    { share: 0.1, outcomes: ['from the database'] },
  );
});
