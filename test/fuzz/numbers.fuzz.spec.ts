import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fromBase62, toBase62 } from '../../libs/sessions/src/core/base62.js';
import { fromIsoText, toIsoText } from '../../libs/sessions/src/core/iso-time.js';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionError } from '../../libs/sessions/src/core/errors.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { bounded } from '../security/support/bounded.js';
import { storeOn } from '../support/store-under-test.js';
import { TestClock } from '../support/vectors.js';
import { fuzz } from './support/fuzz.js';
import { anyText, mutatedText } from './support/mutations.js';

describe('base 62', () => {
  fuzz('holds every whole number', [fc.maxSafeInteger()], (value) => {
    if (fromBase62(toBase62(value)) !== value) throw new Error(toBase62(value));
    return 'the same';
  });

  const digits = fc.string({ unit: fc.constantFrom(...'0123456789ABYZabyz'), maxLength: 400 });
  fuzz(
    'of any text is a number, or none',
    [fc.oneof(anyText, digits, mutatedText(digits))],
    (text) => {
      const value = bounded(() => fromBase62(text));
      if (value !== null && Number.isNaN(value)) throw new Error('It is not a number.');
      if ((value === null) === /^-?[0-9A-Za-z]+$/.test(text)) throw new Error(`It is ${value}.`);
      return value === null ? 'none' : 'a number';
    },
    { outcomes: ['none', 'a number'] },
  );
});

const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'Africa/Monrovia'];
/** The years that Python knows, but the first hundred. */
const instants = fc.date({
  min: new Date('0100-01-01T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});

describe('an ISO date', () => {
  fuzz(
    'says the instant it was made of',
    [instants, fc.constantFrom(...ZONES)],
    (instant, zone) => {
      const text = toIsoText(instant.getTime());
      if (fromIsoText(text, zone) !== instant.getTime()) throw new Error(text);
      return 'the same';
    },
    { share: 0.5 },
  );

  test('of the first hundred years is not one of the twentieth century', () => {
    for (const text of ['0001-01-01T00:00:00+00:00', '0050-06-01T12:00:00+00:00', '0099-12-31T23:59:59+00:00']) {
      expect(fromIsoText(text, 'UTC')).toBe(Date.parse(text));
    }
  });

  const parts = fc.tuple(
    instants,
    fc.constantFrom('', 'Z', '+00:00', '-23:59', '+14:00', '+05:45:30', '+0545', '+99:99'),
  );
  const texts = parts.map(([instant, offset]) => instant.toISOString().slice(0, 19) + offset);
  fuzz(
    'of any text is an instant, or none',
    [fc.oneof(texts, mutatedText(texts), anyText), fc.constantFrom(...ZONES)],
    (text, zone) => {
      const instant = bounded(() => fromIsoText(text, zone));
      if (instant !== null && !Number.isFinite(instant)) throw new Error(`${text} is ${instant}`);
      return instant === null ? 'none' : 'an instant';
    },
    { share: 0.5, outcomes: ['none', 'an instant'] },
  );
});

describe('an expiry that a session holds', () => {
  const clock = new TestClock(1_700_000_000);
  const expiries = fc.oneof(
    fc.jsonValue(),
    fc.double(),
    fc.integer(),
    instants.map((instant) => instant.toISOString()),
    mutatedText(instants.map((instant) => toIsoText(instant.getTime()))),
    anyText,
  );

  fuzz(
    'may be anything: there is a session or none, and its age is a number or an error of ours',
    [expiries, fc.constantFrom(...ZONES), fc.option(fc.nat(2 ** 31), { nil: null })],
    async (expiry, timeZone, absoluteAge) => {
      const payload = jsonSerializer.dumps({ user: 'ann', _session_expiry: expiry, _session_started: expiry });
      const engine = {
        load: async () => ({ payload, modifiedAt: clock.now() }),
        exists: async () => true,
        create: async () => ({ key: 'k'.repeat(32) }),
        save: async (key: string) => ({ key }),
        delete: async () => {},
      };
      const session = await new Session<any>(storeOn(engine, clock, { timeZone, absoluteAge }), 'k'.repeat(32)).load();
      if (session.sessionKey === null) return 'no session';
      try {
        const age = bounded(() => session.getExpiryAge());
        if (Number.isNaN(age)) throw new TypeError('Its age is no number.');
        session.getExpireAtBrowserClose();
        session.getExpiryDate();
        return 'a session';
      } catch (error) {
        if (error instanceof SessionError) return 'an error';
        throw error;
      }
    },
    { share: 0.5, outcomes: ['no session', 'a session', 'an error'] },
  );
});
