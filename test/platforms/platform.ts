import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TestingModule } from '@nestjs/testing';

const LARGEST_BODY = 20 * 1024 * 1024;

/** What a list of cases runs on. */
export interface Platform {
  name: string;
  /** An application that does not listen yet. What the platform itself has to complain about goes to `complaints`. */
  application(module: TestingModule, complaints: string[]): INestApplication;
}

export const express: Platform = {
  name: 'Express',
  application(module) {
    const app = module.createNestApplication<NestExpressApplication>(new ExpressAdapter(), { logger: false });
    app.useBodyParser('json', { limit: LARGEST_BODY });
    return app;
  },
};

export const fastify = fastifyWith('Fastify', {});

export const fastifyOverHttp2 = fastifyWith('Fastify, HTTP/2', { http2: true });

function fastifyWith(name: string, options: object): Platform {
  return {
    name,
    application(module, complaints) {
      const stream = { write: (line: string) => void complaints.push(line) };
      const adapter = new FastifyAdapter({ ...options, bodyLimit: LARGEST_BODY, logger: { level: 'warn', stream } });
      return module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
    },
  };
}

/** What `@Res()` hands out on both platforms, as far as they agree. */
export interface Reply {
  statusCode: number;
  status(code: number): this;
  header(name: string, value: string): this;
  send(body?: unknown): unknown;
}

/** Node's response behind `@Res()`, to be answered by hand; Fastify has to be told. */
export function byHand(reply: Reply): ServerResponse {
  const { raw, hijack } = reply as Reply & { raw?: ServerResponse; hijack?: () => void };
  hijack?.call(reply);
  return raw ?? (reply as unknown as ServerResponse);
}

export interface PlatformRequest {
  raw?: IncomingMessage;
  params: Record<string, string>;
  session?: unknown;
}
