import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { SessionHeaders } from './request-session.js';
import { withVary } from './vary.js';

/** Adds the session's headers to those the application has set, of which none is lost. */
export function addSessionHeaders(response: ServerResponse, { setCookies, vary }: SessionHeaders): void {
  if (setCookies.length > 0) {
    response.setHeader('Set-Cookie', withCookies(response.getHeader('Set-Cookie'), setCookies));
    // An answer that hands out a session must not be handed out again by a cache.
    if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store');
  }
  if (vary) response.setHeader('Vary', withVary(joined(response.getHeader('Vary')), 'Cookie'));
}

function withCookies(present: OutgoingHttpHeader | undefined, added: readonly string[]): string[] {
  const others = present === undefined ? [] : Array.isArray(present) ? present : [String(present)];
  return [...others, ...added];
}

function joined(header: OutgoingHttpHeader | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header === undefined ? undefined : String(header);
}

const OF_THE_CONTENT =
  /^(?:content-(?:type|length|encoding|language|location|range|disposition|md5)|etag|last-modified|location|refresh|transfer-encoding|trailer|accept-ranges|cache-control|expires|pragma|age)$/i;

/** Removes what was said of one answer's content, and of how long it may be kept, as another takes its place. */
export function dropContentHeaders(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) if (OF_THE_CONTENT.test(name)) response.removeHeader(name);
}

/** What `writeHead` takes. */
export type HeadersArgument = OutgoingHttpHeaders | readonly unknown[] | undefined;

/** Takes the headers out of the arguments of `writeHead`. */
export function takeHeaders(args: unknown[]): HeadersArgument {
  const [, reason, headers] = args;
  const hasReason = typeof reason === 'string';
  args.length = Math.min(args.length, hasReason ? 2 : 1);
  return (headers ?? (hasReason ? undefined : reason)) as HeadersArgument;
}

/** Adds the session's headers where the head is written: among its arguments, if it has all headers there. */
export function writeSessionHeaders(response: ServerResponse, args: unknown[], headers: SessionHeaders): void {
  const given = takeHeaders(args);
  if (given && !Array.isArray(given) && response.getHeaderNames().length === 0) {
    // What is on the response itself is copied, and looked at, once more.
    args.push(withSessionHeaders(given as OutgoingHttpHeaders, headers));
    return;
  }
  adoptHeaders(response, given);
  addSessionHeaders(response, headers);
}

function withSessionHeaders(given: OutgoingHttpHeaders, { setCookies, vary }: SessionHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  let cookieName = 'Set-Cookie';
  let varyName = 'Vary';
  let isCacheable = true;
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === undefined) continue;
    headers[name] = value;
    const known = name.toLowerCase();
    if (known === 'set-cookie') cookieName = name;
    else if (known === 'vary') varyName = name;
    else if (known === 'cache-control') isCacheable = false;
  }
  if (setCookies.length > 0) {
    headers[cookieName] = withCookies(headers[cookieName], setCookies);
    if (isCacheable) headers['Cache-Control'] = 'no-store';
  }
  if (vary) headers[varyName] = withVary(joined(headers[varyName]), 'Cookie');
  return headers;
}

/** Puts the headers that were given to `writeHead`, in any of its forms, on the response itself. */
export function adoptHeaders(response: ServerResponse, headers: HeadersArgument): void {
  if (!headers) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value as OutgoingHttpHeader);
    }
    return;
  }
  const pairs = pairsOf(headers as readonly unknown[]);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

function pairsOf(list: readonly unknown[]): [string, string | readonly string[]][] {
  const flat = (list.length > 0 && Array.isArray(list[0]) ? list.flat(1) : list) as (string | readonly string[])[];
  const pairs: [string, string | readonly string[]][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) pairs.push([flat[index] as string, flat[index + 1]!]);
  return pairs;
}
