import { ENGINE_NAMES } from '../../libs/sessions/src/nest/engine-names.js';
import { type Engine, servicesOf } from './engines.js';
import type { ServiceName } from './services.js';
import { services } from './services.js';

/** Why a row of the table cannot be run, or null. */
export function whyNotRun(engine: Engine, found: Record<ServiceName, boolean>): string | null {
  if (!(ENGINE_NAMES as readonly string[]).includes(engine.name)) return `engine '${engine.name}' not built yet`;
  const silent = servicesOf(engine).filter((name) => !found[name]);
  if (silent.length === 0) return null;
  return silent.map((name) => `${name} does not answer at ${services[name].host}`).join(', ');
}
