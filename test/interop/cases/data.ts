import { expect } from '@jest/globals';
import type { Scene } from '../scene.js';
import { Visitor } from '../visitor.js';

const UNICODE = {
  german: 'Grüße aus Köln',
  chinese: '会话',
  emoji: '🍵👩‍👩‍👧',
  schlüssel: 'in a key too',
  controls: 'tab\t newline\n quote" backslash\\ nul\u0000 del\u007f line\u2028',
  'half an emoji': '\ud83c',
  empty: '',
};

const NESTED = {
  deep: { a: [{ b: [[], {}, [null, true, false, { c: [1, [2, [3, [4]]]] }]] }] },
  'awkward keys': { '': 1, '10': 2, '2': 3, constructor: 4, 'a.b': 5 },
  nothing: null,
};

/** Python's numbers that a double cannot hold, or would write in another way. */
const PYTHON_NUMBERS =
  '{"big":123456789012345678901234567890,"negative":-9007199254740993,"u64":18446744073709551615,' +
  '"one":1.0,"minus zero":-0.0,"tiny":1e-07,"huge":1e+22,"float":0.1,"third":0.3333333333333333,' +
  '"nan":NaN,"inf":Infinity,"minus inf":-Infinity,' +
  '"nested":{"ids":[9007199254740993,1.0,{"x":1e+16}]}}';

/** Names that mean something to JavaScript, or that it would put into another order if it could. */
const SPECIAL_KEYS =
  '{"zebra":1,"__proto__":{"polluted":true},"constructor":{"prototype":2},"toString":3,"":4,' +
  '"nested":{"b":1,"__proto__":[{"__proto__":null}],"a":2}}';

/** Data of every kind, carried from one side to the other and back. */
export function dataCases(scene: Scene): void {
  const survives = async (data: object): Promise<void> => {
    const visitor = new Visitor();
    await visitor.update(scene.maker, data);
    expect(await visitor.data(scene.taker)).toEqual(data);
    // Written again by the other side.
    await visitor.update(scene.taker, { seen: true });
    expect(await visitor.data(scene.maker)).toEqual({ ...data, seen: true });
    expect(await visitor.data(scene.taker)).toEqual({ ...data, seen: true });
  };

  scene.check('unicode survives', () => survives(UNICODE));

  scene.check('nested data survive', () => survives(NESTED));

  scene.check('keys that are special to JavaScript survive, in their order', async () => {
    const visitor = new Visitor();
    await visitor.update(scene.maker, SPECIAL_KEYS);
    await visitor.update(scene.taker, { seen: true });
    await visitor.remove(scene.maker, 'seen');
    for (const side of [scene.taker, scene.maker]) expect((await visitor.session(side)).text).toBe(SPECIAL_KEYS);
  });

  scene.check('large data survive', () => survives(scene.inCookie ? fitsACookie() : large()));

  scene.check('numbers that JavaScript has survive', () =>
    survives({
      safe: 2 ** 53 - 1,
      minus: -(2 ** 53 - 1),
      float: 0.1,
      tiny: 1.5e-7,
      huge: 1e300,
      zero: 0,
      list: [1, -1.25],
    }),
  );

  // Only Python can make these; Nest carries them through a change, a new key and back.
  scene.check('big integers and floats of Python are carried unharmed', async () => {
    const { django, nest } = scene.pair();
    const visitor = new Visitor();
    await visitor.update(scene.maker, { first: 1 });
    await visitor.update(django, PYTHON_NUMBERS);
    const before = (await visitor.session(django)).text;
    expect(before).toContain(PYTHON_NUMBERS.slice(1));
    expect((await visitor.session(nest)).text).toBe(before);
    await visitor.update(nest, { seen: true });
    await visitor.cycle(nest);
    expect((await visitor.session(django)).text).toBe(before.replace(/\}$/, ',"seen":true}'));
    await visitor.remove(django, 'seen');
    expect((await visitor.session(nest)).text).toBe(before);
  });
}

/** 300 kilobytes that do not compress well, in strings short and long. */
function large(): object {
  let state = 1;
  const noise = (length: number) =>
    Array.from({ length }, () => {
      state = (state * 48271) % 2147483647;
      return (state % 36).toString(36);
    }).join('');
  return { long: noise(150_000), many: Array.from({ length: 3000 }, () => noise(50)) };
}

/** A cookie holds 4096 characters: large before, small after compression. */
function fitsACookie(): object {
  return { long: 'tea '.repeat(20_000), many: Array.from({ length: 3000 }, () => 'tea') };
}
