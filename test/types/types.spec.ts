import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What has to be refused, a line each, or else the files beside this one prove nothing. */
const REFUSED = [
  // The helper tells types apart that are nearly the same.
  'expectType<string>().of(1);',
  'expectType<string>().of(anything);',
  'expectType<any>().of(text);',
  'expectType<unknown>().of(anything);',
  'expectType<string | undefined>().of(text);',
  'expectType<{ a?: string }>().of({ a: text });',
  'expectType<string[]>().of([text] as readonly string[]);',
  // And some of what those files hold, without a directive.
  "session.get('crat');",
  "session.set('cart', [1]);",
  "session.set('theme', undefined);",
  'session.data.crat = [];',
  "session.update({ cart: 'pear' });",
  'const other: Session<{ cart: number }> = session;',
  "SessionsModule.forRoot({ secretKey: '', cookieage: 1 });",
  "SessionsModule.forRoot({ secretKey: '', cookieAge: '1' });",
  "SessionsModule.forRoot({ secretKey: '', schema: z.string() });",
  'const stored: SessionOf<typeof schema> = { seen: new Date() };',
  // A directive over what compiles is an error itself.
  '// @ts-expect-error -- the next line is right',
];

const PREAMBLE = `
import { Session, SessionsModule, type SessionOf } from 'nestjs-django-sessions';
import { z } from 'zod';
import { expectType } from './expect-type.js';
declare const anything: any;
declare const text: string;
declare const session: Session<{ cart: string[]; theme?: string }>;
const schema = z.object({ seen: z.string().transform((seen) => new Date(seen)) });
const accepted: SessionOf<typeof schema> = { seen: session.get('theme', text) };
expectType<string[] | undefined>().of(session.get('cart'));
// @ts-expect-error -- this one is right
session.get('crat');
`;

/** The lines of a file of that text, beside this one, that the compiler has something to say against. */
function refusedLines(text: string): string[] {
  const name = join(ROOT, 'test/types/refused.ts');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [name] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === name || fileExists(path);
  host.getSourceFile = (path, how, ...others) =>
    path === name ? ts.createSourceFile(name, text, how) : getSourceFile(path, how, ...others);
  const program = ts.createProgram([name], options, host);
  const file = program.getSourceFile(name)!;
  const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  const lines = diagnostics.map(({ start }) => file.getLineAndCharacterOfPosition(start!).line);
  return [...new Set(lines)].sort((a, b) => a - b).map((line) => text.split('\n')[line]!);
}

describe('the tests of types can fail', () => {
  let refused: string[];
  beforeAll(() => {
    refused = refusedLines([PREAMBLE, ...REFUSED, "session.get('cart');"].join('\n'));
  }, 60_000);

  test.each(REFUSED)('%s', (line) => {
    expect(refused).toContain(line);
  });

  test('and nothing else is refused', () => {
    expect(refused.filter((line) => !REFUSED.includes(line))).toEqual([]);
  });
});
