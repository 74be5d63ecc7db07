import { TEN_MEGABYTES } from './answering.controller.js';

export interface Way {
  method: string;
  /** Of a route of `AnsweringController`. */
  path: string;
  status: number;
  /** What the route writes to the session, under `how`. */
  how: string;
  /** Null: in the platform's own words. */
  body: string | null;
}

/** Every way to answer. */
export const WAYS: readonly Way[] = (
  [
    ['GET', 'json', 200, 'json', '{"ok":true}'],
    ['GET', 'text', 200, 'text', 'text'],
    ['GET', 'no-value', 200, 'no-value', ''],
    ['GET', 'nothing', 204, 'nothing', ''],
    ['GET', 'not-modified', 304, 'not-modified', ''],
    ['GET', 'conditional', 200, 'conditional', 'content'],
    ['POST', 'created', 201, 'created', 'created'],
    ['GET', 'observable', 200, 'observable', '{"ok":true}'],
    ['GET', 'res', 201, 'res', '{"ok":true}'],
    ['GET', 'buffer', 200, 'buffer', 'buffer'],
    ['GET', 'passthrough', 202, 'passthrough', '{"ok":true}'],
    ['GET', 'redirect', 303, 'redirect', null],
    ['GET', 'reply-redirect', 302, 'reply-redirect', null],
    ['GET', 'file', 200, 'file', 'one two three'],
    ['GET', 'generator', 200, 'generator', 'one two three'],
    ['GET', 'web-stream', 200, 'web-stream', 'one two three'],
    ['GET', 'web-response', 202, 'web-response', 'web'],
    ['GET', 'pipe', 200, 'pipe', 'x'.repeat(6_553_600)],
    ['GET', 'pipeline', 200, 'pipeline', `${'x'.repeat(100_000)}end`],
    ['GET', 'flush-headers', 200, 'flush-headers', 'done'],
    ['GET', 'write', 200, 'write', 'one two three'],
    ['GET', 'later', 200, 'later', 'later'],
    ['GET', 'awaited', 200, 'awaited', 'awaited'],
    ['GET', 'large', 200, 'large', 'x'.repeat(TEN_MEGABYTES)],
    ['GET', 'throws/404', 404, 'throws', '{"statusCode":404,"message":"thrown"}'],
    ['GET', 'throws/499', 499, 'throws', '{"statusCode":499,"message":"thrown"}'],
    ['HEAD', 'head', 200, 'head', ''],
    ['HEAD', 'json', 200, 'json', ''],
    ['HEAD', 'file', 200, 'file', ''],
    ['HEAD', 'pipe', 200, 'pipe', ''],
    ['HEAD', 'redirect', 303, 'redirect', ''],
    ['OPTIONS', 'options', 200, 'options', 'options'],
  ] satisfies [string, string, number, string, string | null][]
).map(([method, path, status, how, body]) => ({ method, path, status, how, body }));
