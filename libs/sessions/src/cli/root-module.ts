import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Type } from '@nestjs/common';

/** The module class a compiled file exports: the one called `exportName`, or the one it can only be. */
export async function loadRootModule(path: string, exportName: string | undefined): Promise<Type> {
  if (!existsSync(path)) throw new Error(`there is no file ${path}; build the application first?`);
  const exported = await exportsOf(path);
  if (exportName !== undefined) {
    if (isModule(exported[exportName])) return exported[exportName];
    throw new Error(`${path} exports no Nest module called ${exportName}`);
  }
  const names = Object.keys(exported).filter((name) => isModule(exported[name]));
  if (names.length === 0) throw new Error(`${path} exports no Nest module`);
  const chosen = ['AppModule', 'default'].find((name) => names.includes(name)) ?? (names.length === 1 && names[0]);
  if (chosen) return exported[chosen] as Type;
  throw new Error(`${path} exports several modules: choose one with --export ${names.join(' | ')}`);
}

async function exportsOf(path: string): Promise<Record<string, unknown>> {
  try {
    const found = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    // A CommonJS file may hide its names in its default export.
    return { ...(found['default'] as object), ...found };
  } catch (error) {
    throw new Error(`${path} cannot be loaded`, { cause: error });
  }
}

function isModule(value: unknown): value is Type {
  return (
    typeof value === 'function' &&
    ['imports', 'providers', 'controllers', 'exports'].some((key) => Reflect.hasMetadata(key, value))
  );
}
