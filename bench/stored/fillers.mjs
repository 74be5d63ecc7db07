import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newKeys, Sample } from './keys.mjs';

const BATCH = 10_000;

/** Copies of one session under other keys, put into each store by its own quickest way. */
export const FILLERS = {
  async redis({ redis }, firstKey) {
    const { Redis } = await import('ioredis');
    const client = new Redis(redis);
    const [entry] = await client.keys(`*${firstKey}`);
    const value = await client.getBuffer(entry);
    return filler(
      async (keys) => {
        const pipeline = client.pipeline();
        for (const key of keys) pipeline.set(entry.replace(firstKey, key), value, 'EX', 86_400);
        await pipeline.exec();
      },
      () => client.flushdb().then(() => client.quit()),
    );
  },

  async postgres({ postgres }, firstKey) {
    const { Client } = (await import('pg')).default;
    const client = new Client({ connectionString: postgres });
    await client.connect();
    return filler(
      (keys) =>
        client.query(
          `INSERT INTO django_session (session_key, session_data, expire_date)
           SELECT key, session_data, expire_date FROM django_session, unnest($1::text[]) AS key WHERE session_key = $2`,
          [keys, firstKey],
        ),
      async () => {
        await client.query('TRUNCATE django_session');
        await client.end();
      },
    );
  },

  async sqlite({ folder }, firstKey) {
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(`${folder}/ours.sqlite3`);
    const insert = database.prepare(
      `INSERT INTO django_session (session_key, session_data, expire_date)
       SELECT ?, session_data, expire_date FROM django_session WHERE session_key = ?`,
    );
    const insertAll = database.transaction((keys) => keys.forEach((key) => insert.run(key, firstKey)));
    return filler(insertAll, () => database.close());
  },

  async file({ folder }, firstKey) {
    const content = readFileSync(join(folder, `sessionid${firstKey}`));
    return filler(
      (keys) => {
        for (const key of keys) writeFileSync(join(folder, `sessionid${key}`), content, { mode: 0o600 });
      },
      // Whoever has made the folder takes it away.
      () => {},
    );
  },
};

function filler(insert, end) {
  const sample = new Sample();
  return {
    async add(amount) {
      for (let left = amount; left > 0; left -= BATCH) {
        const keys = newKeys(Math.min(left, BATCH));
        await insert(keys);
        sample.offer(keys);
      }
    },
    someKeys: (count) => sample.draw(count),
    end,
  };
}
