import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newSessionKey } from '../../libs/sessions/src/core/session-key.js';
import { CachedDbEngine } from '../../libs/sessions/src/engines/cached-db/cached-db-engine.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { signedEngine } from '../../libs/sessions/src/core/signed-engine.js';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { DatabaseStore } from '../support/database-store.js';
import { FileStore } from '../support/file-store.js';
import { RecordedCache } from '../support/recorded-cache.js';
import { attacked, type Attacked } from './support/attacked.js';

describe.each([express, fastify])('on $name', (platform) => {
  let database: DatabaseStore;
  let files: FileStore;
  let target: Attacked | undefined;
  beforeAll(async () => {
    database = await DatabaseStore.open();
    files = new FileStore();
  });
  beforeEach(() => database.wipe());
  afterEach(async () => {
    await target?.app.close();
    target = undefined;
  });
  afterAll(async () => {
    if (database.dataSource.isInitialized) await database.close();
    files.close();
  });

  const tamper = async (key: string, data: string) =>
    database.dataSource.query('UPDATE django_session SET session_data = ? WHERE session_key = ?', [data, key]);

  test('a stored session that was tampered with is no session, and that is logged once, without its key', async () => {
    target = await attacked(platform, { engine: new DatabaseEngine(database.dataSource) });
    const visitor = target.visitor();
    await visitor.post('/login');
    const key = visitor.cookies.get('sessionid')!;
    for (const data of ['nonsense', '', ':::', new SessionCodec(['another']).encode('{"user":"admin"}', Date.now())]) {
      await tamper(key, data);
      target.logs.lines.length = 0;
      expect(await target.shown(key)).toEqual({});
      expect(target.logs.complaints).toEqual([expect.stringContaining('Session data corrupted')]);
      expect(target.logs.text).not.toContain(key);
    }
  });

  test('nor is a file, or a row behind a cache', async () => {
    const key = newSessionKey();
    writeFileSync(join(files.folder, `sessionid${key}`), 'nonsense');
    target = await attacked(platform, { engine: 'file', filePath: files.folder });
    target.logs.lines.length = 0;
    expect(await target.shown(key)).toEqual({});
    expect(target.logs.complaints).toEqual([expect.stringContaining('Session data corrupted')]);
    expect(target.logs.text).not.toContain(key);
    await target.app.close();

    const warnings: string[] = [];
    const rows = signedEngine(new DatabaseEngine(database.dataSource), new SessionCodec([SECRET]), Date.now, () =>
      warnings.push('corrupted'),
    );
    target = await attacked(platform, { engine: new CachedDbEngine(rows, new RecordedCache(Date.now)) });
    await database.dataSource.query("INSERT INTO django_session VALUES (?, 'nonsense', '9999-12-31')", [key]);
    expect(await target.shown(key)).toEqual({});
    expect(warnings).toEqual(['corrupted']);
    expect(target.logs.text).not.toContain(key);
  });

  test('an unknown key, one that is none, and one that was ended are not logged with what was sent', async () => {
    target = await attacked(platform, { engine: new DatabaseEngine(database.dataSource) });
    const visitor = target.visitor();
    await visitor.post('/login');
    const ended = visitor.cookies.get('sessionid')!;
    await visitor.post('/logout');
    target.logs.lines.length = 0;
    for (const sent of [newSessionKey(), ended, 'odd-key-of-a-visitor', 'x']) {
      expect(await target.shown(sent)).toEqual({});
      if (sent.length > 1) expect(target.logs.text).not.toContain(sent);
    }
  });

  test('a session that is ended while it is changed, and a store that fails, are told without the key', async () => {
    target = await attacked(platform, { engine: new DatabaseEngine(database.dataSource) });
    const visitor = target.visitor();
    await visitor.post('/login');
    const key = visitor.cookies.get('sessionid')!;
    const late = visitor.get('/held/write');
    await target.gate.arrived;
    await database.wipe();
    target.gate.open();
    const interrupted = await late;
    expect(interrupted.status).toBe(400);

    await visitor.post('/login');
    const other = visitor.cookies.get('sessionid')!;
    await database.dataSource.query('ALTER TABLE django_session RENAME TO elsewhere');
    try {
      const answers = [interrupted];
      for (const [method, path] of [
        ['GET', '/read'],
        ['POST', '/write'],
        ['POST', '/login'],
        ['POST', '/logout'],
      ] as const) {
        const guest = target.visitor();
        guest.cookies.set('sessionid', other);
        answers.push(await guest.get(path, { method }));
      }
      expect(answers.map(({ status }) => status)).toEqual([400, 503, 503, 503, 503]);
      expect(target.logs.complaints.length).toBeGreaterThanOrEqual(4);
      for (const answer of answers) {
        const said = (await answer.text()) + JSON.stringify([...answer.headers]);
        for (const secret of [key, other, SECRET]) expect(said).not.toContain(secret);
      }
      for (const secret of [key, other, SECRET]) expect(target.logs.text).not.toContain(secret);
    } finally {
      await database.dataSource.query('ALTER TABLE elsewhere RENAME TO django_session');
    }
  });
});
