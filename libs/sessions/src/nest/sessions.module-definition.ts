import { ConfigurableModuleBuilder, type ModuleMetadata } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { SessionInterceptor } from './session.interceptor.js';
import type { SessionsOptions } from './sessions.options.js';

/** What shapes the module itself, given beside the options, or beside `useFactory`. */
export interface SessionsModuleExtras {
  /** Whether other modules may inject `SessionsService` without importing this one. Default true. */
  isGlobal?: boolean;
  /** Whether `SessionInterceptor` is global; false to place it yourself. Default true. */
  interceptor?: boolean;
  /** Modules whose providers an engine class of yours injects. */
  imports?: ModuleMetadata['imports'];
}

const extras: SessionsModuleExtras = { isGlobal: true, interceptor: true, imports: [] };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SessionsOptions>({ moduleName: 'Sessions' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createSessionsOptions')
    .setExtras(extras, (definition, { isGlobal, interceptor, imports }) => ({
      ...definition,
      global: isGlobal ?? true,
      imports: [...(definition.imports ?? []), ...(imports ?? [])],
      providers: [
        ...(definition.providers ?? []),
        ...((interceptor ?? true) ? [{ provide: APP_INTERCEPTOR, useClass: SessionInterceptor }] : []),
      ],
    }))
    .build();
