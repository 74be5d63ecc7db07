import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { DynamicModule, INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SessionsModule, SessionsService, type SessionsOptions } from 'nestjs-django-sessions';
import { SessionWatch } from '../../../libs/sessions/src/nest/session-watch.js';
import { SESSION_CLOCK } from '../../../libs/sessions/src/nest/sessions.constants.js';
import { SECRET } from '../../support/application.js';
import { Visitor } from '../../support/browserlike.js';
import { DatabaseStore } from '../../support/database-store.js';
import { AccountController } from './account.controller.js';
import type { Peer } from './peer.js';
import { ShopEngine } from './shop-engine.js';
import type { Transport } from './transport.js';

const json = { 'content-type': 'application/json' };

export interface SceneParts {
  providers?: ModuleMetadata['providers'];
  imports?: (engine: ShopEngine) => DynamicModule[];
  options?: Partial<SessionsOptions>;
  interceptor?: boolean;
  overrides?: Record<string, unknown>;
}

/** What was logged, by level. */
export class Journal implements LoggerService {
  readonly lines: string[] = [];
  log(): void {}
  warn = (message: string) => void this.lines.push(`warn ${message}`);
  error = (message: string) => void this.lines.push(`error ${message}`);
}

/** A running application with sockets, a visitor who has logged in over HTTP, and the sockets they opened. */
export class Scene {
  readonly journal = new Journal();
  readonly #peers: Peer[] = [];
  #others: INestApplication[] = [];
  database!: DatabaseStore;
  engine!: ShopEngine;
  app!: INestApplication;
  url!: string;
  visitor!: Visitor;

  constructor(
    readonly transport: Transport,
    readonly parts: SceneParts,
  ) {}

  get clock() {
    return this.database.clock;
  }

  get cookie(): string {
    return [...this.visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get sessions(): SessionsService {
    return this.app.get(SessionsService);
  }

  get watch(): SessionWatch {
    return this.app.get(SessionWatch);
  }

  /** Opens a socket with the visitor's cookies, or others. */
  async open(cookie = this.cookie, url = this.url): Promise<Peer> {
    const peer = await this.transport.open(url, cookie);
    this.#peers.push(peer);
    return peer;
  }

  post(path: string, body: object = {}): Promise<Response> {
    return this.visitor.post(path, { headers: json, body: JSON.stringify(body) });
  }

  /** The cart as HTTP shows it. */
  async cart(): Promise<unknown> {
    return (await this.visitor.get('/cart')).json();
  }

  /** Another application on the same store, as another process would be one. */
  async another(): Promise<Visitor> {
    const app = await this.#application();
    this.#others.push(app);
    await app.listen(0, '127.0.0.1');
    const visitor = new Visitor(await app.getUrl());
    for (const [name, value] of this.visitor.cookies) visitor.cookies.set(name, value);
    return visitor;
  }

  async start(): Promise<void> {
    this.database = await DatabaseStore.open();
    this.clock.seconds = 1_800_000_000;
    this.engine = new ShopEngine(this.database.dataSource, { clock: this.clock.now });
    this.app = await this.#application();
    await this.app.listen(0, '127.0.0.1');
    this.url = await this.app.getUrl();
  }

  async before(): Promise<void> {
    this.visitor = new Visitor(this.url);
    await this.post('/login', { user: 'ann' });
    this.engine.reset();
    this.journal.lines.length = 0;
  }

  async after(): Promise<void> {
    this.engine.reset();
    await Promise.all(this.#peers.splice(0).map((peer) => peer.close()));
    await Promise.all(this.#others.splice(0).map((app) => app.close()));
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.close();
  }

  async #application(): Promise<INestApplication> {
    const { providers = [], imports = () => [], options, interceptor = true, overrides = {} } = this.parts;
    const { engine } = this;
    const builder = Test.createTestingModule({
      imports: [
        SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, engine, interceptor, ...options }),
        ...imports(engine),
      ],
      controllers: [AccountController],
      providers,
    })
      .overrideProvider(SESSION_CLOCK)
      .useValue(this.clock.now);
    for (const [token, value] of Object.entries(overrides)) builder.overrideProvider(token).useValue(value);
    const app = this.transport.application(await builder.compile());
    // The testing module has put its own in place.
    Logger.overrideLogger(this.journal);
    return app;
  }
}

/** Starts a scene for the tests of this `describe`, each with a visitor who has just logged in. */
export function sceneOf(transport: Transport, parts: SceneParts): Scene {
  const scene = new Scene(transport, parts);
  beforeAll(() => scene.start());
  beforeEach(() => scene.before());
  afterEach(() => scene.after());
  afterAll(() => scene.stop());
  return scene;
}
