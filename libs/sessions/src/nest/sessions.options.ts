import type { Type } from '@nestjs/common';
import {
  IsBoolean,
  IsIn,
  IsString,
  Matches,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
  type ValidationOptions,
} from 'class-validator';
import type { SessionEngine } from '../core/session-engine.js';
import type { SessionSerializer } from '../core/serializer.js';
import type { SessionUpgrade } from '../core/session-schema.js';
import { isStandardSchema, type StandardSchemaV1 } from '../core/standard-schema.js';
import { type CacheOptions, problemOfCaches } from './cache-options.js';
import { ENGINE_NAMES, type EngineName, engineNamed } from './engine-names.js';
import { PRESET_NAMES, type PresetName } from './presets.js';
import { problemOfUserSessions, type UserSessionsOptions } from './user-sessions-options.js';

/** When expired sessions are deleted. */
export interface ClearSessionsOptions {
  /** A cron pattern, read by the `cron` package that @nestjs/schedule uses too. Default `'0 3 * * *'`. */
  cron?: string;
  /** IANA zone the pattern is in. Default: the server's. */
  timeZone?: string;
  /** At most this many sessions in one statement. Default 1000. */
  batchSize?: number;
}

const must = (what: string): ValidationOptions => ({
  message: ({ property, value }: ValidationArguments) => `${property} must be ${what}, got ${show(property, value)}`,
});

/** A value as the user would recognize it; secrets are never shown. */
function show(property: string, value: unknown): string {
  if (/secret/i.test(property)) return typeof value === 'string' ? 'a string' : value === null ? 'null' : typeof value;
  if (typeof value === 'function') return value.name || 'a function';
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
}

const satisfies = (name: string, validate: (value: unknown) => boolean, what: string) =>
  ValidateBy({ name, validator: { validate } }, must(what));

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isSecret = (value: unknown) => isText(value) || (value instanceof Uint8Array && value.length > 0);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isWholeNumber = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least;
const hasMethods = (value: unknown, ...names: string[]) =>
  isObject(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
const isClass = (value: unknown) => typeof value === 'function';
const isTimeZone = (value: unknown) => {
  try {
    return isText(value) && Boolean(new Intl.DateTimeFormat('en', { timeZone: value }));
  } catch {
    return false;
  }
};
const isEngine = (value: unknown) =>
  isClass(value) ||
  (isText(value) && engineNamed(value) !== null) ||
  hasMethods(value, 'load', 'exists', 'create', 'save', 'delete');
const isClearSessions = (value: unknown) => {
  if (value === false) return true;
  if (!isObject(value)) return false;
  const { cron, timeZone, batchSize, ...others } = value as ClearSessionsOptions;
  return (
    Object.keys(others).length === 0 &&
    (cron === undefined || isText(cron)) &&
    (timeZone === undefined || isTimeZone(timeZone)) &&
    (batchSize === undefined || isWholeNumber(batchSize, 1))
  );
};
const isDataSource = (value: unknown) => isText(value) || hasMethods(value, 'createQueryRunner');

const given = ValidateIf((_, value) => value !== undefined);
const givenAndNotNull = ValidateIf((_, value) => value !== undefined && value !== null);

/** What `SessionsModule.forRoot` takes. Durations are in seconds. */
export class SessionsOptions {
  /** Signs sessions. The same as Django's, to share them. Required; undefined, as an environment may give it, is refused at start-up. Django: SECRET_KEY. */
  @satisfies('isSecret', isSecret, 'a secret text or bytes, the same as SECRET_KEY of a Django you share sessions with')
  secretKey!: string | Uint8Array | undefined;

  /** Older secrets that still verify, and never sign. Default `[]`. Django: SECRET_KEY_FALLBACKS. */
  @given
  @satisfies('areSecrets', (value) => Array.isArray(value) && value.every(isSecret), 'a list of secret texts or bytes')
  secretKeyFallbacks?: readonly (string | Uint8Array)[];

  /** Where sessions live: a short name, Django's dotted path, a class that Nest shall make, or an instance. Default `'db'`. Django: SESSION_ENGINE. */
  @given
  @satisfies(
    'isEngine',
    isEngine,
    `one of ${ENGINE_NAMES.map((name) => `"${name}"`).join(', ')}, Django's dotted path of one, or a SessionEngine class or instance`,
  )
  engine?: EngineName | (string & {}) | Type<SessionEngine> | SessionEngine;

  /** The TypeORM DataSource of the database engines: its name, or itself. Default: the application's default one. */
  @given
  @satisfies('isDataSource', isDataSource, 'the name of a DataSource, or a DataSource')
  dataSource?: string | object;

  /** The folder of the file engine, which must be there. Default null: the system's temporary folder. Django: SESSION_FILE_PATH. */
  @givenAndNotNull
  @satisfies('isText', isText, 'the path of a folder, or null')
  filePath?: string | null;

  /** Named caches, for the cache engines. Default `{ default: { backend: 'memory' } }`. Django: CACHES. */
  @given
  @ValidateBy({
    name: 'areCaches',
    validator: {
      validate: (value) => problemOfCaches(value) === null,
      defaultMessage: (args) => problemOfCaches(args?.value) ?? '',
    },
  })
  caches?: Readonly<Record<string, CacheOptions>>;

  /** Which of `caches` holds the sessions. Default `'default'`. Django: SESSION_CACHE_ALIAS. */
  @given
  @satisfies('isText', isText, 'the name of an entry of caches')
  cacheAlias?: string;

  /** Default `'sessionid'`. Django: SESSION_COOKIE_NAME. */
  @given
  @Matches(/^[!#$%&'*+\-.^`|~\w]+$/, must("a cookie name: letters, digits and !#$%&'*+-.^_`|~"))
  cookieName?: string;

  /** Seconds a session lives after it was last saved. Default 1209600, two weeks. Django: SESSION_COOKIE_AGE. */
  @given
  @satisfies('isAge', (value) => isWholeNumber(value, 0), 'a whole number of seconds')
  cookieAge?: number;

  /** Default null: the host that answered. Django: SESSION_COOKIE_DOMAIN. */
  @givenAndNotNull
  @Matches(/^[\w.-]+$/, must('a domain name, or null'))
  cookieDomain?: string | null;

  /** Default `'/'`. Django: SESSION_COOKIE_PATH. */
  @given
  // oxlint-disable-next-line no-control-regex -- these would end the header
  @Matches(/^\/[^;\u0000-\u001f\u007f]*$/, must('a path that begins with "/"'))
  cookiePath?: string;

  /** Send the cookie over HTTPS only. Default false. Django: SESSION_COOKIE_SECURE. */
  @given
  @IsBoolean(must('true or false'))
  cookieSecure?: boolean;

  /** Hide the cookie from scripts. Default true. Django: SESSION_COOKIE_HTTPONLY. */
  @given
  @IsBoolean(must('true or false'))
  cookieHttpOnly?: boolean;

  /** Default `'Lax'`; false or null leaves the attribute out. Django: SESSION_COOKIE_SAMESITE. */
  @ValidateIf((_, value) => value !== undefined && value !== null && value !== false)
  @satisfies(
    'isSameSite',
    (value) => isText(value) && /^(?:lax|strict|none)$/i.test(value),
    '"Lax", "Strict", "None", false or null',
  )
  cookieSameSite?: 'Lax' | 'Strict' | 'None' | (string & {}) | false | null;

  /** Keep the cookie apart for each top-level site (CHIPS). Default false. */
  @given
  @IsBoolean(must('true or false'))
  cookiePartitioned?: boolean;

  /** Which cookies a browser keeps longest when it has too many. Default: not sent. */
  @givenAndNotNull
  @IsIn(['Low', 'Medium', 'High'], must('"Low", "Medium", "High" or null'))
  cookiePriority?: 'Low' | 'Medium' | 'High' | null;

  /** Sessions end with the browser unless they say otherwise. Default false. Django: SESSION_EXPIRE_AT_BROWSER_CLOSE. */
  @given
  @IsBoolean(must('true or false'))
  expireAtBrowserClose?: boolean;

  /** Save an existing session with every request, changed or not, which renews its age. Default false. Django: SESSION_SAVE_EVERY_REQUEST. */
  @given
  @IsBoolean(must('true or false'))
  saveEveryRequest?: boolean;

  /** Make `request.session` what libraries of express-session expect, such as passport: loaded before every request. Default false. */
  @given
  @IsBoolean(must('true or false'))
  expressSession?: boolean;

  /** Give every view of @Render() the local `session`, the data to be read; it is loaded for that. Default true. */
  @given
  @IsBoolean(must('true or false'))
  sessionInViews?: boolean;

  /** Seconds since its creation after which a session ends whatever its activity. Default null: never. */
  @givenAndNotNull
  @satisfies('isAge', (value) => isWholeNumber(value, 1), 'a whole number of seconds above 0, or null')
  absoluteAge?: number | null;

  /**
   * Idle and absolute times by name: `'owasp-high'`, `'owasp-low'`, or NIST's `'aal1'`, `'aal2'`, `'aal3'`. What is
   * given beside it counts instead. Default: none.
   */
  @given
  @IsIn(PRESET_NAMES, must(`one of ${PRESET_NAMES.map((name) => `"${name}"`).join(', ')}`))
  preset?: PresetName;

  /**
   * Renew the age of a session that a request uses, by saving it, at most once in so many seconds; with
   * `saveEveryRequest`, of one that a request merely names. Default null: it is renewed by changes alone,
   * or, with `saveEveryRequest`, every time.
   */
  @givenAndNotNull
  @satisfies('isAge', (value) => isWholeNumber(value, 1), 'a whole number of seconds above 0, or null')
  touchEvery?: number | null;

  /**
   * Keep track of the sessions of each user, for `SessionsService.ofUser`. On the engines db and cached_db it wants the
   * migration `CreateUserSessions1700000000001`. Default false.
   */
  @given
  @ValidateBy({
    name: 'areUserSessions',
    validator: {
      validate: (value) => problemOfUserSessions(value) === null,
      defaultMessage: (args) => problemOfUserSessions(args?.value) ?? '',
    },
  })
  userSessions?: boolean | UserSessionsOptions;

  /** How two requests that change one session at the same time fare: `'merge'` keeps both changes, `'overwrite'` is Django's last writer. Default `'merge'`. */
  @given
  @IsIn(['merge', 'overwrite'], must('"merge" or "overwrite"'))
  concurrency?: 'merge' | 'overwrite';

  /** `'json'`, or an object or class with `dumps` and `loads`. Default `'json'`. Django: SESSION_SERIALIZER. */
  @given
  @satisfies(
    'isSerializer',
    (value) => value === 'json' || isClass(value) || hasMethods(value, 'dumps', 'loads'),
    '"json", or an object or class with dumps and loads',
  )
  serializer?: 'json' | SessionSerializer | Type<SessionSerializer>;

  /** What the data of every session must fit, checked when they are loaded and when they are saved; never rewrites them. Default: anything fits. */
  @given
  @satisfies('isSchema', isStandardSchema, 'a Standard Schema, such as one of zod, valibot or arktype')
  schema?: StandardSchemaV1<object, unknown>;

  /** Makes stored data that do not fit `schema` any more into such that do, or null for an empty session. Default: they are an error. */
  @given
  @satisfies('isUpgrade', (value) => typeof value === 'function', 'a function that answers the new data')
  upgrade?: SessionUpgrade;

  /** When expired sessions are deleted from stores that keep them; false: never by itself. Default `{ cron: '0 3 * * *' }`. */
  @given
  @satisfies(
    'isClearSessions',
    isClearSessions,
    'false, or { cron?: pattern, timeZone?: IANA name, batchSize?: whole number above 0 }',
  )
  clearSessions?: ClearSessionsOptions | false;

  /** IANA zone of dates that name none, as in sessions that Django wrote with USE_TZ off. Default `'UTC'`. Django: TIME_ZONE. */
  @given
  @satisfies('isTimeZone', isTimeZone, 'the IANA name of a time zone, such as "Europe/Berlin"')
  timeZone?: string;

  /** The salt of Django's own store class; another for a SessionStore under another name. Default `'django.contrib.sessions.SessionStore'`, with a module's name behind it. */
  @given
  @IsString(must('a text'))
  salt?: string;
}
