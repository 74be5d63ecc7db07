import { SessionsOptionsError } from '../core/errors.js';
import type { Settings } from './resolve-settings.js';

const modules = new WeakMap<object, Settings[]>();

/**
 * Two modules of an application that answer to one name, or read each other's cookie, would take turns
 * at the same session. Throws `SessionsOptionsError`.
 */
export function refuseDuplicate(application: object, settings: Settings): void {
  const { name, request } = settings;
  const others = modules.get(application) ?? [];
  const problems = others.flatMap((other) => {
    if (other.name === name) {
      return name === null
        ? 'SessionsModule is imported twice without a name: give the second one a name and a cookieName, or import it once (it is global)'
        : `SessionsModule is imported twice with the name "${name}"`;
    }
    if (other.request.cookie.name === request.cookie.name) {
      return `cookieName "${request.cookie.name}" is taken by ${other.name === null ? 'the SessionsModule without a name' : `the SessionsModule named "${other.name}"`}: give ${name === null ? 'one of them' : `"${name}"`} another`;
    }
    return [];
  });
  if (problems.length > 0) throw new SessionsOptionsError(problems);
  modules.set(application, [...others, settings]);
}
