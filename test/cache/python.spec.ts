import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { pickleComment } from '../../libs/sessions/src/cache/pickle-reader.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { programOrSkip } from '../support/own-server.js';
import { vectors } from '../support/vectors.js';

/** Takes a list of pickles in base64; answers the JSON of each, and each pickled again in every protocol. */
const PROGRAM = `
import base64, json, pickle, sys
sys.set_int_max_str_digits(0) if hasattr(sys, "set_int_max_str_digits") else None
out = []
for text in json.load(sys.stdin):
    value = pickle.loads(base64.b64decode(text))
    out.append({
        "json": json.dumps(value, separators=(",", ":")),
        "pickles": [base64.b64encode(pickle.dumps(value, protocol)).decode() for protocol in (2, 3, 4, 5)],
    })
json.dump(out, sys.stdout)
`;

function python(pickles: Buffer[]): { json: string; pickles: string[] }[] {
  const run = spawnSync('python3', ['-c', PROGRAM], {
    input: JSON.stringify(pickles.map((each) => each.toString('base64'))),
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as { json: string; pickles: string[] }[];
}

const repeated = (text: string, count: number) => Array.from({ length: count }, () => text).join(',');
const PAYLOADS = [
  ...vectors('cache', 'pickles').flatMap(({ in: given }) =>
    given.payload === undefined ? [] : [given.payload as string],
  ),
  '{"_session_expiry":"2030-01-02T03:04:05.000006+02:00"}',
  `{"i":[${[7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 2039, 2040, 2047, 2048, 5000]
    .flatMap((bits) => [2n ** BigInt(bits) - 1n, 2n ** BigInt(bits), -(2n ** BigInt(bits)), -(2n ** BigInt(bits)) - 1n])
    .join(',')}]}`,
  '{"f":[0.0001,9.999999999999999e-05,0.00012345,1e-10,123456.789,1234567890123456.0,9999999999999998.0,1e+16,1.7976931348623157e+308,2.2250738585072014e-308,5e-324]}',
  `{"l":[${repeated('0', 2500)}],"d":{${Array.from({ length: 2500 }, (_, n) => `"k${n}":${n}`).join(',')}}}`,
  `{"s":"${'x'.repeat(70_000)}","t":"${'\\u00e9'.repeat(200)}"}`,
  `{"deep":${'['.repeat(300)}${']'.repeat(300)}}`,
  '{"":{"":[]},"a":[[],{},""]}',
];

const describePython = programOrSkip('python3');

describePython('Python', () => {
  test('reads what we write, and we read what it writes of it', () => {
    const answers = python(PAYLOADS.map((payload) => jsonToPickle(payload)));
    for (const [n, { json, pickles }] of answers.entries()) {
      expect(json).toBe(PAYLOADS[n]);
      for (const each of pickles) expect(pickleToJson(Buffer.from(each, 'base64'))).toBe(PAYLOADS[n]);
    }
  });

  test('steps over a comment, and takes a pickle of null for None', () => {
    const long = 'row'.repeat(1000);
    const pickles = [jsonToPickle('{"a":1}', 'short'), jsonToPickle('{"a":1}', long), jsonToPickle('null', 'mark')];
    expect(pickles.map(pickleComment)).toEqual(['short', long, 'mark']);
    expect(python(pickles).map(({ json }) => json)).toEqual(['{"a":1}', '{"a":1}', 'null']);
  });
});
