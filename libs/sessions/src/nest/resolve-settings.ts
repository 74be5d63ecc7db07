import { getMetadataStorage, validateSync } from 'class-validator';
import { type Clock, systemClock } from '../core/clock.js';
import { SessionsOptionsError } from '../core/errors.js';
import { jsonSerializer } from '../core/json-serializer.js';
import { inBytes } from '../core/serializer.js';
import type { SessionSettings } from '../core/session-settings.js';
import type { RequestSettings } from '../http/request-session.js';
import { toHttpError } from './http-errors.js';
import type { CacheOptions } from './cache-options.js';
import { nearestName } from './nearest-name.js';
import { PRESETS } from './presets.js';
import { type ClearSessionsOptions, SessionsOptions } from './sessions.options.js';
import type { UserSessionsOptions } from './user-sessions-options.js';

/** The options with every default in place, checked and frozen. Below this nobody reads raw options. */
export interface Settings {
  /** The module's, or null. */
  readonly name: string | null;
  readonly engine: NonNullable<SessionsOptions['engine']>;
  readonly dataSource: SessionsOptions['dataSource'];
  readonly filePath: string | null;
  readonly caches: Readonly<Record<string, CacheOptions>>;
  readonly cacheAlias: string;
  readonly secrets: readonly (string | Uint8Array)[];
  /** The salt of what is signed, where the options say so; null: the engine's own. */
  readonly salt: string | null;
  /** Null: nobody keeps track of users. */
  readonly userSessions: UserSessionsOptions | null;
  readonly session: SessionSettings;
  readonly request: RequestSettings;
  readonly clearSessions: Readonly<Required<Pick<ClearSessionsOptions, 'cron' | 'batchSize'>>> &
    Pick<ClearSessionsOptions, 'timeZone'> & { readonly enabled: boolean };
}

/** Throws one `SessionsOptionsError` that lists every problem. */
export function resolveSettings(
  given: SessionsOptions,
  clock: Clock = systemClock,
  name: string | null = null,
): Settings {
  const options = withPreset(given);
  const problems = [...problemsOfName(name, options), ...problemsOf(options)];
  if (problems.length > 0) throw new SessionsOptionsError(problems);
  const { serializer = 'json', clearSessions } = options;
  return Object.freeze<Settings>({
    name,
    engine: options.engine ?? 'db',
    dataSource: options.dataSource,
    filePath: options.filePath ?? null,
    caches: options.caches ?? { default: { backend: 'memory' } },
    cacheAlias: options.cacheAlias ?? 'default',
    secrets: [options.secretKey!, ...(options.secretKeyFallbacks ?? [])],
    salt: options.salt ?? null,
    userSessions: options.userSessions === true ? {} : options.userSessions || null,
    session: Object.freeze({
      cookieAge: options.cookieAge ?? 1_209_600,
      expireAtBrowserClose: options.expireAtBrowserClose ?? false,
      absoluteAge: options.absoluteAge ?? null,
      touchEvery: options.touchEvery ?? null,
      timeZone: options.timeZone ?? 'UTC',
      concurrency: options.concurrency ?? 'merge',
      serializer:
        serializer === 'json'
          ? jsonSerializer
          : inBytes(typeof serializer === 'function' ? new serializer() : serializer),
      clock,
      schema: options.schema,
      upgrade: options.upgrade,
    }),
    request: Object.freeze({
      saveEveryRequest: options.saveEveryRequest ?? false,
      expressSession: options.expressSession ?? false,
      sessionInViews: options.sessionInViews ?? true,
      toError: toHttpError,
      cookie: Object.freeze({
        name: options.cookieName ?? 'sessionid',
        domain: options.cookieDomain ?? null,
        path: options.cookiePath ?? '/',
        secure: options.cookieSecure ?? false,
        httpOnly: options.cookieHttpOnly ?? true,
        sameSite: options.cookieSameSite === undefined ? 'Lax' : options.cookieSameSite || null,
        partitioned: options.cookiePartitioned ?? false,
        priority: options.cookiePriority ?? null,
      }),
    }),
    clearSessions: Object.freeze({
      enabled: clearSessions !== false,
      cron: '0 3 * * *',
      batchSize: 1000,
      ...(clearSessions === false ? null : clearSessions),
    }),
  });
}

/** An option that is undefined is not given. What is no options at all is left for the checks to tell. */
function withPreset(options: SessionsOptions): SessionsOptions {
  if (!options?.preset || !Object.hasOwn(PRESETS, options.preset)) return options;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...PRESETS[options.preset], ...(Object.fromEntries(given) as unknown as SessionsOptions) };
}

function problemsOfName(name: string | null, options: SessionsOptions): string[] {
  if (name === null) return [];
  if (typeof name !== 'string' || name === '') return [`name must be a text, got ${JSON.stringify(name)}`];
  if (name.includes(':')) return [`name must be without colons, got ${JSON.stringify(name)}`];
  return options?.expressSession
    ? [`expressSession is for the sessions without a name, which request.session shows; take it from "${name}"`]
    : [];
}

function problemsOf(options: unknown): string[] {
  if (typeof options !== 'object' || options === null)
    return ['the options must be an object with at least a secretKey'];
  const known = knownNames();
  const strangers = Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      return `unknown option ${name}${nearest ? `; did you mean ${nearest}?` : ''}`;
    });
  const errors = validateSync(Object.assign(new SessionsOptions(), options), { stopAtFirstError: true });
  const invalid = errors.flatMap(({ constraints }) => Object.values(constraints ?? {}));
  return [
    ...invalid,
    ...cookiesThatBrowsersRefuse(options as SessionsOptions),
    ...upgradeOfNothing(options as SessionsOptions),
    ...strangers,
  ];
}

function upgradeOfNothing({ schema, upgrade }: SessionsOptions): string[] {
  return upgrade !== undefined && schema === undefined
    ? ['upgrade needs a schema, which says what has to be upgraded']
    : [];
}

function knownNames(): string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(SessionsOptions, '', false, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}

/** Cookies that are set and never come back, which looks like sessions that are lost. */
function cookiesThatBrowsersRefuse(options: SessionsOptions): string[] {
  const { cookieName = '', cookieSecure, cookieDomain, cookiePath, cookieSameSite, cookiePartitioned } = options;
  if (typeof cookieName !== 'string') return [];
  const problems: string[] = [];
  const needsSecure = (why: string) => {
    if (cookieSecure !== true) problems.push(`cookieSecure must be true, because ${why}`);
  };
  if (cookieName.startsWith('__Secure-')) needsSecure('browsers refuse a __Secure- cookie without it');
  if (cookieName.startsWith('__Host-')) {
    needsSecure('browsers refuse a __Host- cookie without it');
    if (cookieDomain) problems.push('cookieDomain must be null for a __Host- cookie');
    if (cookiePath !== undefined && cookiePath !== '/') problems.push('cookiePath must be "/" for a __Host- cookie');
  }
  if (String(cookieSameSite).toLowerCase() === 'none') needsSecure('browsers refuse SameSite=None without it');
  if (cookiePartitioned === true) needsSecure('browsers refuse a Partitioned cookie without it');
  return problems;
}
