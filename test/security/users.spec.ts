import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getSessionsToken, Session, SessionsModule, SessionsService } from 'nestjs-django-sessions';
import type { DataSource } from 'typeorm';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { dropDatabase, openDatabase } from '../support/databases.js';
import { addUserTables } from '../users/support.js';

interface LogIn {
  user: string;
}

/** Visitors, and the staff, whose sessions are others in the same store. */
@Controller()
class PeopleController {
  @Post('login')
  async logIn(@Session() session: Session, @Body() { user }: LogIn) {
    session.set('_auth_user_id', user);
    await session.cycleKey();
  }

  @Post('staff/login')
  async logInStaff(@Session({ name: 'staff' }) session: Session, @Body() { user }: LogIn) {
    session.set('_auth_user_id', user);
    await session.cycleKey();
  }

  @Post('logout')
  async logOut(@Session() session: Session) {
    await session.flush();
  }

  @Get('me')
  me(@Session('_auth_user_id') user: unknown, @Session({ name: 'staff', key: '_auth_user_id' }) staff: unknown) {
    return { user: user ?? null, staff: staff ?? null };
  }
}

const json = { 'content-type': 'application/json' };
const logIn = (visitor: Visitor, path: string, user: string) =>
  visitor.post(path, { headers: json, body: JSON.stringify({ user }) });
const who = async (visitor: Visitor) => (await (await visitor.get('/me')).json()) as { user: unknown; staff: unknown };

describe.each([express, fastify])('on $name', (platform) => {
  let app: INestApplication;
  let dataSource: DataSource;
  let url: string;
  beforeEach(async () => {
    dataSource = await openDatabase('SQLite');
    await addUserTables(dataSource);
  });
  afterEach(async () => {
    await app.close();
    await dropDatabase(dataSource);
  });

  async function start(choice: object): Promise<void> {
    const options = { secretKey: SECRET, clearSessions: false, userSessions: true, dataSource, ...choice } as const;
    const module = await Test.createTestingModule({
      imports: [
        SessionsModule.forRoot(options),
        SessionsModule.forRoot({ ...options, name: 'staff', cookieName: 'staffid' }),
      ],
      controllers: [PeopleController],
    }).compile();
    app = platform.application(module, []);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  }
  const visitors = () => app.get(SessionsService);
  const staff = () => app.get<SessionsService>(getSessionsToken('staff'));

  test.each(['signed_cookies', 'encrypted_cookies'])(
    'secure-session CVE-2024-31999: with userSessions, a copied cookie of %s is refused after the log-out',
    async (engine) => {
      await start({ engine, userSessions: { revocations: 'db' } });
      const visitor = new Visitor(url);
      await logIn(visitor, '/login', 'ann');
      const thief = new Visitor(url);
      thief.cookies.set('sessionid', visitor.cookies.get('sessionid')!);
      expect(await who(thief)).toMatchObject({ user: 'ann' });
      await visitor.post('/logout');
      thief.cookies.set('sessionid', thief.cookies.get('sessionid')!);
      expect(await who(thief)).toMatchObject({ user: null });
    },
  );

  test('what a list shows of a session is no key of it', async () => {
    await start({ engine: 'db' });
    const visitor = new Visitor(url);
    await logIn(visitor, '/login', 'ann');
    const [listed] = await visitors().ofUser('ann').list();
    const key = visitor.cookies.get('sessionid')!;
    expect(JSON.stringify(listed)).not.toContain(key);
    const thief = new Visitor(url);
    thief.cookies.set('sessionid', listed!.id);
    expect(await who(thief)).toMatchObject({ user: null });
    // Nor does knowing it, or a key, end a session of somebody else.
    expect(await visitors().ofUser('bob').end(listed!.id)).toBe(false);
    expect(await visitors().ofUser('ann').end(key)).toBe(false);
    expect(await who(visitor)).toMatchObject({ user: 'ann' });
  });

  describe.each<[string, () => object]>([
    ['db', () => ({ engine: 'db' })],
    ['cache', () => ({ engine: 'cache', caches: { default: { backend: new MemoryCache() } } })],
    ['signed_cookies', () => ({ engine: 'signed_cookies', userSessions: { revocations: 'db' } })],
  ])('%s', (_, choice) => {
    test('better-auth CVE-2025-71402: nobody ends sessions of another kind, whatever they call themselves', async () => {
      await start(choice());
      const boss = new Visitor(url);
      await logIn(boss, '/staff/login', '5');
      for (const name of ['staff:5', 'staff:staff:5', ':5', '5', 'user:5', '["staff","5"]', 'staff 5', 'staff\n5']) {
        const odd = new Visitor(url);
        await logIn(odd, '/login', name);
        expect(await who(odd)).toMatchObject({ user: name });
        const mine = visitors().ofUser(name);
        if (Object.hasOwn(choice(), 'userSessions')) await mine.endAll();
        else {
          expect(await mine.list()).toHaveLength(1);
          expect(await mine.endAll()).toBe(1);
        }
        expect({ name, ...(await who(odd)) }).toMatchObject({ name, user: null });
        expect({ name, ...(await who(boss)) }).toEqual({ name, user: null, staff: '5' });
      }
      // And the staff are still known, to be logged out when they have to be.
      await staff().ofUser('5').endAll();
      expect(await who(boss)).toEqual({ user: null, staff: null });
    });
  });
});
