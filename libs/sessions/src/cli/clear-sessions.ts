import { type ApplicationOfCommand, withSessions } from './with-sessions.js';

/** Deletes an application's expired sessions, and answers what to print. Django: `manage.py clearsessions`. */
export function clearSessions(application: ApplicationOfCommand): Promise<string> {
  return withSessions(application, async (all) => {
    const keepers = all.filter(({ keepsExpired }) => keepsExpired);
    if (keepers.length === 0) return 'Nothing to delete: this store forgets expired sessions by itself.';
    let count = 0;
    for (const sessions of keepers) count += await sessions.clearExpired();
    return `Deleted ${count} expired session${count === 1 ? '' : 's'}.`;
  });
}
