import type { Clock } from '../core/clock.js';

/** A length of time for `TestClock.tick`; a negative one goes back. */
export interface ClockTick {
  milliseconds?: number;
  seconds?: number;
  minutes?: number;
  hours?: number;
  days?: number;
}

const UNITS: Required<ClockTick> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/**
 * A clock that stands still until a test turns it. The library asks it in the place of the system's by
 * `Test.createTestingModule(...).overrideProvider(SESSION_CLOCK).useValue(clock.read)`.
 */
export class TestClock {
  /** The present, in milliseconds since the epoch. */
  now: number;

  /** Default: the real time, as some stores keep time by themselves. */
  constructor(start: Date | number = Date.now()) {
    this.now = instantOf(start);
  }

  /** What `SESSION_CLOCK` takes: answers the present, in milliseconds since the epoch. */
  readonly read: Clock = () => this.now;

  /** The instant that is so many milliseconds ahead. */
  in(milliseconds: number): number {
    return this.now + milliseconds;
  }

  /** Turns the clock by a length of time: `clock.tick({ hours: 1, minutes: 30 })`. Throws `TypeError` for none. */
  tick(by: ClockTick): this {
    const parts = Object.entries(by);
    const isNone = ([unit, amount]: [string, unknown]) => !Object.hasOwn(UNITS, unit) || !Number.isFinite(amount);
    if (parts.length === 0 || parts.some(isNone)) {
      throw new TypeError(`tick takes numbers of ${Object.keys(UNITS).join(', ')}, got ${JSON.stringify(by)}`);
    }
    for (const [unit, amount] of parts) this.now += amount * UNITS[unit as keyof ClockTick];
    return this;
  }

  /** Turns the clock to an instant: a Date, or milliseconds since the epoch. Throws `TypeError` for none. */
  set(instant: Date | number): this {
    this.now = instantOf(instant);
    return this;
  }
}

function instantOf(instant: Date | number): number {
  const milliseconds = instant instanceof Date ? instant.getTime() : instant;
  if (!Number.isFinite(milliseconds)) {
    throw new TypeError(`an instant is a Date or milliseconds since the epoch, got ${String(instant)}`);
  }
  return milliseconds;
}
