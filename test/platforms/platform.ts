import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { TestingModule } from '@nestjs/testing';

const LARGEST_BODY = 20 * 1024 * 1024;

/** What a list of cases runs on. */
export interface Platform {
  name: string;
  /** Which libraries exist for it. */
  kind: 'express' | 'fastify';
  /** A new one. What it has to complain about itself goes to `complaints`. */
  adapter(complaints: string[]): ExpressAdapter | FastifyAdapter;
  /** What an application on it needs, to take in all that the cases send. */
  adjust(app: INestApplication): void;
  /** An application of a module under test, which does not listen yet. */
  application(module: TestingModule, complaints: string[]): INestApplication;
}

export const express = platformOf({
  name: 'Express',
  kind: 'express',
  adapter: () => new ExpressAdapter(),
  adjust: (app) => void (app as NestExpressApplication).useBodyParser('json', { limit: LARGEST_BODY }),
});

export const fastify = fastifyWith('Fastify', {});

export const fastifyOverHttp2 = fastifyWith('Fastify, HTTP/2', { http2: true });

function fastifyWith(name: string, options: object): Platform {
  return platformOf({
    name,
    kind: 'fastify',
    adapter(complaints) {
      const stream = { write: (line: string) => void complaints.push(line) };
      return new FastifyAdapter({ ...options, bodyLimit: LARGEST_BODY, logger: { level: 'warn', stream } });
    },
    adjust() {},
  });
}

function platformOf(parts: Omit<Platform, 'application'>): Platform {
  return {
    ...parts,
    application(module, complaints) {
      const app = module.createNestApplication(parts.adapter(complaints) as AbstractHttpAdapter, { logger: false });
      parts.adjust(app);
      return app;
    },
  };
}

/** What `@Res()` hands out on both platforms, as far as they agree. */
export interface Reply {
  statusCode: number;
  status(code: number): this;
  header(name: string, value: string): this;
  send(body?: unknown): unknown;
  redirect(url: string): unknown;
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
