import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import {
  InjectSessions,
  RecentlyAuthenticated,
  Session,
  SessionsModule,
  SessionsService,
} from 'nestjs-django-sessions';
import { SESSION_CLOCK } from '../../libs/sessions/src/nest/sessions.constants.js';
import { startApplication, SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { TestClock } from '../support/vectors.js';

@Controller()
class BankController {
  constructor(
    private readonly sessions: SessionsService,
    @InjectSessions('office') private readonly office: SessionsService,
  ) {}

  @Post('login')
  async logIn(@Session() session: Session) {
    session.set('user', 'ann');
    this.sessions.markAuthenticated(session);
    await session.cycleKey();
  }

  @Post('office/login')
  officeLogIn(@Session({ name: 'office' }) session: Session) {
    this.office.markAuthenticated(session);
  }

  @Get('balance')
  balance(@Session() session: Session) {
    return { user: session.get('user') ?? null };
  }

  @Post('transfer')
  @RecentlyAuthenticated(300)
  transfer() {
    return { done: true };
  }

  @Post('office/transfer')
  @RecentlyAuthenticated(60, { name: 'office' })
  officeTransfer() {
    return { done: true };
  }
}

@Controller('vault')
@RecentlyAuthenticated(10)
class VaultController {
  @Get()
  open() {
    return 'gold';
  }

  @Get('door')
  @RecentlyAuthenticated(100)
  door() {
    return 'wood';
  }
}

const clock = new TestClock(1_800_000_000);
let app: INestApplication;
afterEach(() => app.close());

async function start(): Promise<Visitor> {
  const started = await startApplication(
    {},
    {
      controllers: [BankController, VaultController],
      imports: [
        SessionsModule.forRoot({ name: 'office', secretKey: SECRET, cookieName: 'office', engine: 'signed_cookies' }),
      ],
    },
    (builder) => builder.overrideProvider(SESSION_CLOCK).useValue(clock.now),
  );
  app = started.app;
  return new Visitor(started.url);
}

describe('what wants a recent log-in', () => {
  test('is refused to visitors who never logged in, and makes no session', async () => {
    const visitor = await start();
    const response = await visitor.post('/transfer');
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      statusCode: 401,
      code: 'REAUTHENTICATION_REQUIRED',
      message: 'Please log in again to go on.',
      error: 'Unauthorized',
    });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test('is done for so many seconds, and no longer; the session goes on', async () => {
    const visitor = await start();
    await visitor.post('/login');
    expect((await visitor.post('/transfer')).status).toBe(201);
    clock.seconds += 300;
    expect((await visitor.post('/transfer')).status).toBe(201);
    clock.seconds += 1;
    expect((await visitor.post('/transfer')).status).toBe(401);
    expect(await (await visitor.get('/balance')).json()).toEqual({ user: 'ann' });
    await visitor.post('/login');
    expect((await visitor.post('/transfer')).status).toBe(201);
  });

  test('a whole controller, and a handler that says otherwise', async () => {
    const visitor = await start();
    await visitor.post('/login');
    clock.seconds += 60;
    expect((await visitor.get('/vault')).status).toBe(401);
    expect(await (await visitor.get('/vault/door')).text()).toBe('wood');
  });

  test('in sessions with a name', async () => {
    const visitor = await start();
    await visitor.post('/login');
    expect((await visitor.post('/office/transfer')).status).toBe(401);
    await visitor.post('/office/login');
    expect((await visitor.post('/office/transfer')).status).toBe(201);
  });

  test('wants a number of seconds', () => {
    for (const wrong of [0, -1, Number.NaN, Infinity, '60' as never]) {
      expect(() => RecentlyAuthenticated(wrong)).toThrow('@RecentlyAuthenticated wants a number of seconds above 0');
    }
  });
});
