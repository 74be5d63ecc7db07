import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import * as fc from 'fast-check';
import { DatabaseEngine } from 'nestjs-django-sessions/typeorm';
import { express, fastify } from '../platforms/platform.js';
import { attacked, type Attacked } from '../security/support/attacked.js';
import { all, rawRequest } from '../security/support/raw-request.js';
import { DatabaseStore } from '../support/database-store.js';
import { fuzz } from './support/fuzz.js';
import { mutated } from './support/mutations.js';

describe.each([express, fastify])('on $name', (platform) => {
  let database: DatabaseStore;
  beforeAll(async () => {
    database = await DatabaseStore.open();
  });
  afterAll(() => database.close());

  describe.each(['db', 'signed_cookies', 'encrypted_cookies'] as const)('%s, a Cookie header', (engine) => {
    let target: Attacked;
    let cookie: string;
    beforeAll(async () => {
      target = await attacked(platform, {
        engine: engine === 'db' ? new DatabaseEngine(database.dataSource) : engine,
      });
      const visitor = target.visitor();
      await visitor.post('/login');
      cookie = visitor.cookies.get('sessionid')!;
    });
    beforeEach(() => {
      target.logs.lines.length = 0;
    });
    afterAll(() => target.app.close());

    const headers = fc.oneof(
      fc.constant('').chain(() => mutated(fc.constant(Buffer.from(`theme=dark; sessionid=${cookie}; sessionid.1=x`)))),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('sessionid='), bytes])),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );

    fuzz(
      'of any bytes finds the session or none, and makes nothing',
      [headers, fc.constantFrom('/read', '/asked', '/untouched', '/size')],
      async (header, path) => {
        const rows = await database.rows();
        const { status, ...answer } = await rawRequest(target.url, path, [header]);
        // Node refuses what is no header.
        if (status === 400) return 'refused';
        if (status !== 200) throw new Error(`Status ${status}`);
        for (const text of all(answer as never, 'set-cookie')) {
          // A cookie engine gives a good one for a bad one; a key that is none is taken away.
          const isNew = engine === 'signed_cookies' && /^sessionid=[\w.:-]+; expires=/.test(text);
          if (!isNew && !/^sessionid(?:\.\d+)?=""; .*Max-Age=0/.test(text)) throw new Error(text);
        }
        if ((await database.rows()).length !== rows.length) throw new Error('A row was made, or is lost.');
        if (target.logs.complaints.some((line) => line.startsWith('error'))) throw new Error(target.logs.text);
        return path === '/read' && answer.body.includes('ann') ? 'the session' : 'none';
      },
      { share: 0.05, outcomes: ['refused', 'none', 'the session'] },
    );

    fuzz(
      'of any bytes leads a write to a new session, or to the one it names',
      [headers],
      async (header) => {
        const answer = await rawRequest(target.url, '/write', [header], 'POST');
        if (answer.status === 400) return 'refused';
        if (answer.status !== 201) throw new Error(`Status ${answer.status}`);
        const [text, ...others] = all(answer, 'set-cookie');
        const value = /^sessionid=([^;]*);/.exec(text ?? '')?.[1];
        if (!value || others.some((other) => !/^sessionid\.\d+=""/.test(other))) throw new Error(String(text));
        if (engine === 'db' && !/^[a-z0-9]{32}$/.test(value)) throw new Error(`${value} is no key of ours.`);
        const shown = (await target.shown(value)) as { visits: number };
        if (!(shown.visits >= 1)) throw new Error('What was written is not there.');
        return value === cookie ? 'the session' : 'a new one';
      },
      { share: 0.025, outcomes: ['a new one'] },
    );
  });
});
