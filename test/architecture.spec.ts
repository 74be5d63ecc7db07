import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const SOURCE = fileURLToPath(new URL('../libs/sessions/src', import.meta.url));
const manifest = JSON.parse(readFileSync(join(SOURCE, '../package.json'), 'utf8'));

/** Which folders each folder may import from, besides itself. Neighbours do not meet. */
const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  cache: ['core'],
  engines: ['core', 'cache'],
  http: ['core'],
  nest: ['core', 'cache', 'http', 'engines', 'typeorm', 'redis', 'memcached'],
  cli: ['core', 'nest'],
  testing: ['core', 'cache', 'nest', 'http'],
  index: ['core', 'nest', 'http', 'cache', 'engines'],
  typeorm: ['engines'],
  redis: ['cache'],
  memcached: ['cache'],
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
  dynamic: boolean;
}

const files = (readdirSync(SOURCE, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
const floorOf = (file: string) => file.split(sep)[0]!.replace(/\.ts$/, '');

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SOURCE, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const statements = [...text.matchAll(/^\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)];
  const calls = [...text.matchAll(/(typeof )?import\(\s*'([^']+)'/g)];
  return [
    ...statements.map(([, , type, to]) => ({ from: file, to: to!, typeOnly: Boolean(type), dynamic: false })),
    ...calls.map(([, type, to]) => ({ from: file, to: to!, typeOnly: Boolean(type), dynamic: true })),
  ];
});
const inside = imports.filter(({ to }) => to.startsWith('.'));
const outside = imports.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'));
const resolved = ({ from, to }: Import) => relative(SOURCE, join(SOURCE, dirname(from), to)).replace(/\.js$/, '.ts');

describe('floors', () => {
  test('every folder has its place', () => {
    expect([...new Set(files.map(floorOf))].filter((floor) => !MAY_IMPORT[floor])).toEqual([]);
  });

  test('imports go downwards only', () => {
    const wrong = inside.filter((one) => {
      const [from, to] = [floorOf(one.from), floorOf(resolved(one))];
      return from !== to && !MAY_IMPORT[from]!.includes(to);
    });
    expect(wrong).toEqual([]);
  });

  test('an engine does not know another, except those that are made of others', () => {
    const engine = (file: string) => file.split(sep)[1];
    const wrong = inside.filter(
      (one) =>
        floorOf(one.from) === 'engines' &&
        floorOf(resolved(one)) === 'engines' &&
        engine(one.from) !== engine(resolved(one)),
    );
    expect(wrong.filter(({ from }) => !from.includes('cached-db'))).toEqual([]);
  });

  test('no file imports itself around a corner', () => {
    const graph = new Map<string, string[]>();
    for (const one of inside.filter(({ typeOnly, dynamic }) => !typeOnly && !dynamic)) {
      graph.set(one.from, [...(graph.get(one.from) ?? []), resolved(one)]);
    }
    const cycles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    };
    for (const file of files) visit(file, []);
    expect([...new Set(cycles)]).toEqual([]);
  });

  test('core knows node:crypto and node:zlib, and no package', () => {
    expect(outside.filter(({ from }) => floorOf(from) === 'core')).toEqual([]);
    const builtins = imports.filter(({ from, to }) => floorOf(from) === 'core' && to.startsWith('node:'));
    expect([...new Set(builtins.map(({ to }) => to))].sort()).toEqual(['node:crypto', 'node:zlib']);
  });

  test('only the Nest floor knows Nest', () => {
    const wrong = outside.filter(
      ({ from, to }) => to.startsWith('@nestjs/') && !['nest', 'cli', 'testing'].includes(floorOf(from)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('packages', () => {
  const nameOf = (to: string) =>
    to
      .split('/')
      .slice(0, to.startsWith('@') ? 2 : 1)
      .join('/');
  const optional = Object.keys(manifest.peerDependenciesMeta);

  test('every package that is imported is declared', () => {
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    expect(outside.filter(({ to }) => !declared[nameOf(to)])).toEqual([]);
  });

  test('every package that is declared is imported', () => {
    const used = new Set(outside.map(({ to }) => nameOf(to)));
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    // Nest and its decorators want these two themselves; nobody has one copy of Nest without them.
    expect(declared.filter((name) => !used.has(name) && !['reflect-metadata', 'rxjs'].includes(name))).toEqual([]);
  });

  test('what is optional is imported as types, on demand, or by its own subpath', () => {
    const reachable = new Set<string>();
    const visit = (file: string) => {
      if (reachable.has(file)) return;
      reachable.add(file);
      for (const one of inside) if (one.from === file && !one.typeOnly && !one.dynamic) visit(resolved(one));
    };
    visit('index.ts');
    visit('testing.ts');
    visit(join('cli', 'main.ts'));
    const eager = outside.filter(
      ({ from, to, typeOnly, dynamic }) =>
        reachable.has(from) && optional.includes(nameOf(to)) && !typeOnly && !dynamic,
    );
    expect(eager).toEqual([]);
  });
});
