import * as fc from 'fast-check';

/** What a request may do, step by step. */
export type Step =
  | { do: 'open' | 'follow' | 'reload' | 'clear' | 'save' | 'cycleKey' | 'flush' | 'destroy' }
  | { do: 'set'; key: string; value: number }
  | { do: 'push'; key: string; value: number }
  | { do: 'delete'; key: string }
  | { do: 'login'; user: number }
  | { do: 'rehash'; value: number };

/** What each of several visitors' tabs does with the one session they share. */
export type Program = Step[][];

const scalar = fc.constantFrom('a', 'b', 'c');
const list = fc.constantFrom('list', 'other');
/** A log-out by hand, half of it. */
const login = fc.constant('_auth_user_id');
const value = fc.integer({ min: 0, max: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key: scalar, value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), key: list, value }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key: fc.oneof(scalar, list, login) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('login' as const), user: fc.integer({ min: 1, max: 3 }) }) },
  // As a changed password does.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rehash' as const), value }) },
  {
    weight: 12,
    arbitrary: fc.record({
      // As often as they stand here.
      do: fc.constantFrom(
        ...(['save', 'save', 'save', 'save', 'save', 'open', 'open', 'follow', 'cycleKey'] as const),
        ...(['clear', 'reload', 'flush', 'destroy'] as const),
      ),
    }),
  },
);

/** Two to four at once. What they do is saved in the end, else much of it would mean nothing. */
export const programs: fc.Arbitrary<Program> = fc.array(
  fc.array(step, { maxLength: 7 }).map((steps): Step[] => [...steps, { do: 'save' }]),
  { minLength: 2, maxLength: 4 },
);
