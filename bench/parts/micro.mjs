import { workOf } from '../processes/work.mjs';

export function measureMicro({ microRounds }, { settings }) {
  return workOf('micro/main.mjs', { library: settings.libraries.present, rounds: microRounds });
}
