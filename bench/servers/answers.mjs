import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

let collections = 0;
let collecting = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    collections++;
    collecting += duration;
  }
}).observe({ entryTypes: ['gc'] });

let inspector = null;

/** What a server tells of itself, by question. */
export const ANSWERS = {
  /** Microseconds of processor this process has had, all its threads together. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  /** Bytes in use, after a collection where `collect` is set; how many collections there were, and their milliseconds. */
  async heap({ collect = false }) {
    if (collect) {
      // What is freed by the first may free more.
      for (let round = 0; round < 3; round++) globalThis.gc();
      // They are told of a little later.
      await pause(50);
    }
    const { heapUsed, external } = process.memoryUsage();
    return { heapUsed, external, collections, collecting };
  },

  async startProfile({ kind = 'cpu' }) {
    inspector = new Session();
    inspector.connect();
    if (kind === 'heap') {
      await inspector.post('HeapProfiler.startSampling', {
        samplingInterval: 4096,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
      return;
    }
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
    await inspector.post('Profiler.start');
  },

  async stopProfile({ kind = 'cpu', file }) {
    const { profile } = await inspector.post(kind === 'heap' ? 'HeapProfiler.stopSampling' : 'Profiler.stop');
    inspector.disconnect();
    writeFileSync(file, JSON.stringify(profile));
  },
};
