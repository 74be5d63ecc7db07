import { workOf } from '../processes/work.mjs';

export function measureMemory(_, { settings }) {
  return workOf('stored/memory-main.mjs', { ...settings, library: settings.libraries.present }, ['--expose-gc']);
}
