import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, type INestApplication, Logger, type Provider } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { type Client, createClient } from 'graphql-ws';
import { SessionsModule, SessionsService } from 'nestjs-django-sessions';
import { WebSocket } from 'ws';
import { SECRET } from '../../support/application.js';
import { Visitor } from '../../support/browserlike.js';
import { DatabaseStore } from '../../support/database-store.js';
import { Journal } from '../../sockets/support/scene.js';
import { ShopEngine } from '../../sockets/support/shop-engine.js';
import { ShopResolver, SignedIn } from './shop.resolver.js';

export interface Platform {
  name: string;
  application(module: TestingModule): INestApplication;
}

export const platforms: Platform[] = [
  { name: 'Express', application: (module) => module.createNestApplication({ logger: false }) },
  {
    name: 'Fastify',
    application: (module) => module.createNestApplication(new FastifyAdapter() as never, { logger: false }),
  },
];

export interface Answer {
  status: number;
  body: any;
}

type Config = Omit<ApolloDriverConfig, 'driver'>;

export interface SceneParts {
  config?: (sessions: SessionsService) => Config;
  imports?: (engine: ShopEngine) => DynamicModule[];
  providers?: Provider[];
}

/** A running GraphQL server, a visitor who has logged in, and the sockets they opened. */
export class GraphqlScene {
  readonly journal = new Journal();
  readonly #clients: Client[] = [];
  database!: DatabaseStore;
  engine!: ShopEngine;
  app!: INestApplication;
  visitor!: Visitor;

  constructor(
    readonly platform: Platform,
    readonly parts: SceneParts,
  ) {}

  get cookie(): string {
    return [...this.visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async post(body: unknown): Promise<Response> {
    return this.visitor.post('/graphql', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async ask(query: string): Promise<Answer> {
    const response = await this.post({ query });
    return { status: response.status, body: await response.json() };
  }

  async cart(): Promise<unknown> {
    return (await this.ask('{ cart }')).body.data.cart;
  }

  /** A client that opens its socket with the visitor's cookies, or others, when it is first used. */
  client(cookie = this.cookie, events: NonNullable<Parameters<typeof createClient>[0]['on']> = {}): Client {
    class WebSocketWithCookie extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: cookie ? { cookie } : {} });
      }
    }
    const url = `${this.visitor.url.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: WebSocketWithCookie, retryAttempts: 0, lazy: true, on: events });
    this.#clients.push(client);
    return client;
  }

  /** The first value of an operation over a socket. */
  async first(query: string, client = this.client()): Promise<any> {
    const values = client.iterate({ query });
    const { value } = await values.next();
    await values.return?.();
    return value;
  }

  async start(): Promise<void> {
    const { config = () => ({}), imports = () => [], providers = [] } = this.parts;
    this.database = await DatabaseStore.open();
    this.database.clock.seconds = Date.now() / 1000;
    this.engine = new ShopEngine(this.database.dataSource, { clock: this.database.clock.now });
    const module = await Test.createTestingModule({
      imports: [
        SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, engine: this.engine }),
        ...imports(this.engine),
        GraphQLModule.forRootAsync<ApolloDriverConfig>({
          driver: ApolloDriver,
          inject: [SessionsService],
          useFactory: (sessions: SessionsService) => ({
            autoSchemaFile: true,
            graphiql: false,
            allowBatchedHttpRequests: true,
            subscriptions: { 'graphql-ws': true },
            ...config(sessions),
          }),
        }),
      ],
      providers: [ShopResolver, SignedIn, ...providers],
    }).compile();
    this.app = this.platform.application(module);
    Logger.overrideLogger(this.journal);
    await this.app.listen(0, '127.0.0.1');
  }

  async before(): Promise<void> {
    this.visitor = new Visitor(await this.app.getUrl());
    await this.ask('mutation { logIn(user: "ann") }');
    this.engine.reset();
    this.journal.lines.length = 0;
  }

  async after(): Promise<void> {
    this.engine.reset();
    for (const client of this.#clients.splice(0)) await client.dispose();
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.close();
  }
}

/** Starts a scene for the tests of this `describe`, each with a visitor who has just logged in. */
export function graphqlSceneOf(platform: Platform, parts: SceneParts = {}): GraphqlScene {
  const scene = new GraphqlScene(platform, parts);
  beforeAll(() => scene.start());
  beforeEach(() => scene.before());
  afterEach(() => scene.after());
  afterAll(() => scene.stop());
  return scene;
}
