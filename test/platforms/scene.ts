import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { Controller, Get, type INestApplication, type ModuleMetadata, type Type } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { Session, SessionsModule, type SessionsOptions } from 'nestjs-django-sessions';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';
import { DatabaseStore } from '../support/database-store.js';
import type { Platform } from './platform.js';
import { UnhurriedEngine } from './unhurried-engine.js';

@Controller()
class ReadController {
  @Get('read')
  read(@Session() session: Session) {
    return { ...session.data };
  }
}

export interface SceneParts {
  controllers: Type[];
  providers?: ModuleMetadata['providers'];
  /** Modules before ours, and after. */
  before?: ModuleMetadata['imports'];
  after?: ModuleMetadata['imports'];
  /** Done to the platform itself, before Nest has it. */
  platform?: (instance: any) => unknown;
  /** Done to the application before it is initialized. */
  prepare?: (app: INestApplication) => unknown;
  options?: Partial<SessionsOptions>;
}

/** A running application, a fresh visitor for each test, and the engine's handles. */
export class Scene {
  readonly complaints: string[] = [];
  database!: DatabaseStore;
  engine!: UnhurriedEngine;
  app!: INestApplication;
  url!: string;
  visitor!: Visitor;

  /** What the visitor's session holds, as a later request sees it. */
  async held(path = '/read'): Promise<Record<string, unknown>> {
    return (await (await this.visitor.get(path)).json()) as Record<string, unknown>;
  }

  /** Asks until the session holds it: for what is stored after an answer is over. */
  async eventuallyHeld(key: string, value: unknown): Promise<void> {
    while ((await this.held())[key] !== value) await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * The answer to a request whose save is held back until another request has been answered: nothing of it
   * may have left before. `other`: what that other one asks for.
   */
  async savedFirst(path: string, init: RequestInit = {}, other = '/read'): Promise<Response> {
    const { release, reached } = this.engine.hold();
    let hasBegun = false;
    const answer = this.visitor.get(path, init).then((response) => {
      hasBegun = true;
      return response;
    });
    await Promise.race([reached, answer]);
    // It came later and is answered meanwhile: the server had every chance to answer the first one.
    await (await new Visitor(this.url).get(other)).arrayBuffer();
    expect(hasBegun).toBe(false);
    release();
    return answer;
  }

  get cookie(): string {
    return `sessionid=${this.visitor.cookies.get('sessionid')}`;
  }

  async start(platform: Platform, parts: SceneParts): Promise<void> {
    this.database = await DatabaseStore.open();
    this.engine = new UnhurriedEngine(this.database.dataSource);
    const adapter = platform.adapter(this.complaints) as AbstractHttpAdapter;
    await parts.platform?.(adapter.getInstance());
    const root = {
      imports: [
        ...(parts.before ?? []),
        SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, engine: this.engine, ...parts.options }),
        ...(parts.after ?? []),
      ],
      controllers: [ReadController, ...parts.controllers],
      providers: parts.providers ?? [],
    };
    this.app = await NestFactory.create(root, adapter, { logger: false, abortOnError: false });
    platform.adjust(this.app);
    await parts.prepare?.(this.app);
    await this.app.listen(0, '127.0.0.1');
    this.url = await this.app.getUrl();
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.close();
  }
}

/** Starts a scene for the tests of this `describe`. No test may make the platform complain. */
export function sceneOf(platform: Platform, parts: SceneParts): Scene {
  const scene = new Scene();
  beforeAll(() => scene.start(platform, parts));
  beforeEach(() => {
    scene.visitor = new Visitor(scene.url);
    scene.engine.reset();
    scene.complaints.length = 0;
  });
  afterEach(() => expect(scene.complaints).toEqual([]));
  afterAll(() => scene.stop());
  return scene;
}

export const OUR_COOKIE = expect.stringMatching(/^sessionid=[a-z0-9]{32};/) as unknown as string;
