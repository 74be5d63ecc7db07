import {
  Inject,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  type OnModuleInit,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { type Clock, systemClock } from '../core/clock.js';
import { SessionStore } from '../core/session-store.js';
import { ClearSessionsTask } from './clear-sessions.task.js';
import { type EngineInUse, makeEngine, protectedEngine } from './make-engine.js';
import { resolveSettings, type Settings } from './resolve-settings.js';
import { SessionMiddleware } from './session.middleware.js';
import { ENGINE_IN_USE, SESSION_CLOCK, SESSION_STORE, SESSIONS_SETTINGS } from './sessions.constants.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './sessions.module-definition.js';
import type { SessionsOptions } from './sessions.options.js';
import { SessionsService } from './sessions.service.js';

const providers: Provider[] = [
  { provide: SESSION_CLOCK, useValue: systemClock },
  {
    provide: SESSIONS_SETTINGS,
    inject: [MODULE_OPTIONS_TOKEN, SESSION_CLOCK],
    useFactory: (options: SessionsOptions, clock: Clock) => resolveSettings(options, clock),
  },
  { provide: ENGINE_IN_USE, inject: [SESSIONS_SETTINGS, ModuleRef], useFactory: makeEngine },
  {
    provide: SESSION_STORE,
    inject: [ENGINE_IN_USE, SESSIONS_SETTINGS],
    useFactory: ({ engine }: EngineInUse, settings: Settings) =>
      new SessionStore(protectedEngine(engine, settings), settings.session),
  },
  SessionMiddleware,
  SessionsService,
  ClearSessionsTask,
];

/**
 * Django's sessions in a Nest application. Import it once, in the root module, by
 * `SessionsModule.forRoot(options)` or `SessionsModule.forRootAsync({ useFactory | useClass | useExisting })`.
 */
@Module({ providers, exports: [SessionsService] })
export class SessionsModule extends ConfigurableModuleClass implements NestModule, OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(ENGINE_IN_USE) private readonly inUse: EngineInUse) {
    super();
  }

  configure(consumer: MiddlewareConsumer): void {
    // `*path` would miss the root route.
    consumer.apply(SessionMiddleware).forRoutes('{*path}');
  }

  async onModuleInit(): Promise<void> {
    await this.#callHook('onModuleInit');
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
