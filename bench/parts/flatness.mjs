import { removeFolder, scratchFolder } from '../processes/scratch.mjs';
import { workOf } from '../processes/work.mjs';

const STORES = [
  { store: 'redis', engine: 'cache', label: 'cache on Redis', needs: 'redis' },
  { store: 'postgres', engine: 'db', label: 'db on PostgreSQL', needs: 'postgres' },
  { store: 'sqlite', engine: 'db', label: 'db on SQLite' },
  { store: 'file', engine: 'file', label: 'file' },
];

/** What a session costs while ever more are stored. */
export async function measureFlatness(plan, { settings, say, leaveOut }) {
  const rows = [];
  for (const { store, engine, label, needs } of STORES) {
    if (needs && !settings[needs]) continue;
    const amounts = store === 'file' ? plan.storedFiles : plan.stored;
    say(`${label}: 1 to ${amounts.at(-1)} sessions stored`);
    const folder = scratchFolder('stored');
    try {
      const library = settings.libraries.present;
      rows.push({
        label,
        costs: await workOf('stored/main.mjs', { ...settings, library, store, engine, folder, amounts }),
      });
    } catch (error) {
      leaveOut(`${label}, ever more sessions`, error);
    } finally {
      removeFolder(folder);
    }
  }
  return rows;
}
