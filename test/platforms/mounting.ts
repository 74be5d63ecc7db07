import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DynamicModule, type MiddlewareConsumer, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { SceneParts } from './scene.js';

/** How a library is put beside SessionsModule: the parts of a scene that do it, and on which side of ours that is. */
export interface Mounting {
  side: string;
  parts: Partial<SceneParts>;
}

export type Middleware<Request = IncomingMessage, Response = ServerResponse> = (
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
) => unknown;

type AnyMiddleware = Middleware<any, any>;
type Plugin = Parameters<NestFastifyApplication['register']>[0];

/** Middleware, before ours by `app.use` and after it by a module. Both platforms take it. */
export function asMiddleware(...middleware: AnyMiddleware[]): Mounting[] {
  return [beforeOurs(...middleware), afterOurs(...middleware)];
}

export function beforeOurs(...middleware: AnyMiddleware[]): Mounting {
  return { side: 'before ours', parts: { prepare: (app) => void app.use(...middleware) } };
}

export function afterOurs(...middleware: AnyMiddleware[]): Mounting {
  return { side: 'after ours', parts: { after: [moduleWith(...middleware)] } };
}

interface PluginHost {
  register(plugin: Plugin, options: object): unknown;
}

/** A plugin of Fastify, registered before Nest has it, and with it our middleware, and after. */
export function asPlugin(plugin: Plugin, options: object = {}): Mounting[] {
  const register = (host: object) => (host as PluginHost).register(plugin, options);
  return [
    { side: 'registered before ours', parts: { platform: register } },
    { side: 'registered after ours', parts: { prepare: register } },
  ];
}

@Module({})
class MiddlewareModule {}

/** A module that applies middleware to every route. */
export function moduleWith(...middleware: AnyMiddleware[]): DynamicModule {
  class AppliedModule extends MiddlewareModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(...middleware).forRoutes('{*path}');
    }
  }
  Module({})(AppliedModule);
  return { module: AppliedModule };
}
