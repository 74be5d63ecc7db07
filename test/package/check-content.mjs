import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { group } from './report.mjs';

const ALLOWED =
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|bin\/nestjs-django-sessions\.js|dist\/.+\.(js|js\.map|d\.ts))$/;
const TESTS = /\.(spec|test)\.|__tests__|(^|\/)tests?\//;
const IMPORTS =
  /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm;

/** Looks at what is in the package, before anybody installs it. */
export async function checkContent(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile());
  const read = (path) => readFileSync(join(folder, path), 'utf8');
  const manifest = JSON.parse(read('package.json'));

  await group('package: holds bin, dist, README, CHANGELOG, LICENSE and package.json, and nothing else', () => {
    for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) assert(files.includes(name), `${name} is missing`);
    const others = files.filter((path) => !ALLOWED.test(path) || TESTS.test(path));
    assert.deepEqual(others, []);
  });

  await group('package: every path in exports, bin and types is there', () => {
    const named = [manifest.exports, manifest.bin, manifest.types].flatMap(pathsIn);
    assert(named.length > 4);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(folder, path))),
      [],
    );
    for (const path of pathsIn(manifest.bin)) assert.match(read(path), /^#!\/usr\/bin\/env node\n/);
  });

  await group('package: source maps stay inside and carry their sources', () => {
    for (const path of files.filter((name) => name.endsWith('.map'))) {
      const { sources, sourcesContent, sourceRoot = '' } = JSON.parse(read(path));
      for (const [index, source] of sources.entries()) {
        const target = relative(folder, resolve(folder, dirname(path), sourceRoot, source));
        assert(!target.startsWith('..') && !/^\w+:/.test(source), `${path} points outside: ${source}`);
        assert(sourcesContent?.[index], `${path} lacks the text of ${source}`);
      }
    }
  });

  await group('package: imports what its package.json declares', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const undeclared = files
      .filter((path) => /\.(js|d\.ts)$/.test(path))
      .flatMap((path) => [...read(path).matchAll(IMPORTS)].map(([, name, dynamic]) => `${path}: ${name ?? dynamic}`))
      .filter((line) => {
        const name = line.split(': ')[1];
        return !name.startsWith('.') && !isBuiltin(name) && !declared.includes(packageOf(name));
      });
    assert.deepEqual(undeclared, []);
    const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
    assert.deepEqual(
      optional.filter((name) => !manifest.peerDependencies[name]),
      [],
    );
  });
}

function pathsIn(value) {
  return typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(pathsIn);
}

function packageOf(name) {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
