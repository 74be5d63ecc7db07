import { type ApplicationOfCommand, withSessions } from './with-sessions.js';

/** Looks at every session of an application, so that `ofUser` knows those that others have made; answers what to print. */
export function indexSessions(application: ApplicationOfCommand): Promise<string> {
  return withSessions(application, async (all) => {
    const tracking = all.filter(({ tracksUsers }) => tracksUsers);
    if (tracking.length === 0)
      throw new Error('the sessions of users are not kept track of: set the option userSessions');
    let count = 0;
    for (const sessions of tracking) count += await sessions.indexSessions();
    return `Looked at ${count} session${count === 1 ? '' : 's'}.`;
  });
}
