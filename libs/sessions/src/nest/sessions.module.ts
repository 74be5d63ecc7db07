import {
  Inject,
  Logger,
  Module,
  type NestModule,
  type OnModuleInit,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { type Clock, systemClock } from '../core/clock.js';
import { SessionStore } from '../core/session-store.js';
import { ClearSessionsTask } from './clear-sessions.task.js';
import { type EngineInUse, makeEngine, protectedEngine } from './make-engine.js';
import { refuseDuplicate } from './refuse-duplicate.js';
import { resolveSettings, type Settings } from './resolve-settings.js';
import { SessionMiddleware } from './session.middleware.js';
import { checkForProduction } from './start-up-checks.js';
import { SessionWatch } from './session-watch.js';
import {
  ENGINE_IN_USE,
  SESSION_CLOCK,
  SESSION_STORE,
  SESSION_WATCH_EVERY,
  SESSIONS_NAME,
  SESSIONS_SETTINGS,
  USERS_IN_USE,
} from './sessions.constants.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './sessions.module-definition.js';
import type { SessionsOptions } from './sessions.options.js';
import { SocketSessions } from './socket-sessions.js';
import { type UsersInUse, watchUsers } from './watch-users.js';

const logger = new Logger('Sessions');

const providers: Provider[] = [
  { provide: SESSION_CLOCK, useValue: systemClock },
  {
    provide: SESSIONS_SETTINGS,
    inject: [MODULE_OPTIONS_TOKEN, SESSION_CLOCK, SESSIONS_NAME],
    useFactory: (options: SessionsOptions, clock: Clock, name: string | null) => resolveSettings(options, clock, name),
  },
  { provide: ENGINE_IN_USE, inject: [SESSIONS_SETTINGS, ModuleRef], useFactory: makeEngine },
  {
    provide: SESSION_STORE,
    inject: [ENGINE_IN_USE, SESSIONS_SETTINGS],
    useFactory: ({ engine }: EngineInUse, settings: Settings) =>
      new SessionStore(protectedEngine(engine, settings), settings.session),
  },
  { provide: SESSION_WATCH_EVERY, useValue: 60 },
  SessionWatch,
  SocketSessions,
  {
    provide: USERS_IN_USE,
    inject: [ENGINE_IN_USE, SESSIONS_SETTINGS, SESSION_STORE],
    useFactory: async (inUse: EngineInUse, settings: Settings, store: SessionStore) => {
      const users = await watchUsers(inUse, settings, store);
      if (users) store.observer = users.observer;
      return users;
    },
  },
  SessionMiddleware,
  ClearSessionsTask,
];

/**
 * Django's sessions in a Nest application. Import it once, in the root module, by
 * `SessionsModule.forRoot(options)` or `SessionsModule.forRootAsync({ useFactory | useClass | useExisting })`;
 * and once more, with a `name`, for each further kind of session, which has a cookie of its own.
 */
@Module({ providers })
export class SessionsModule extends ConfigurableModuleClass implements NestModule, OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(ENGINE_IN_USE) private readonly inUse: EngineInUse,
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(USERS_IN_USE) private readonly users: UsersInUse | null,
    private readonly middleware: SessionMiddleware,
    @Inject(ModulesContainer) application: ModulesContainer,
  ) {
    super();
    refuseDuplicate(application, settings);
  }

  /** Called before any middleware of a module is mounted, so that ours is before all of it. */
  configure(): void {
    this.middleware.mount();
  }

  async onModuleInit(): Promise<void> {
    for (const warning of checkForProduction(this.settings, process.env['NODE_ENV'] === 'production')) {
      logger.warn(warning);
    }
    await this.#callHook('onModuleInit');
    await this.users?.check?.();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#callHook('onModuleDestroy');
    await this.#callHook('onApplicationShutdown');
    await this.inUse.close();
  }

  async #callHook(name: string): Promise<void> {
    for (const part of this.inUse.parts) {
      const hook = (part as Record<string, unknown>)[name];
      if (typeof hook === 'function') await hook.call(part);
    }
  }
}
