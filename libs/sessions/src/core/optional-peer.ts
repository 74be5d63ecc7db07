import { SessionsOptionsError } from './errors.js';

/** A package that may not be installed: null if it is not. An error inside of it passes through. */
export async function optionalPeer<M>(load: () => Promise<M>, ...packages: string[]): Promise<M | null> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    // A package that is there may miss one of its own: that is another trouble.
    if (isMissing && packages.some((name) => message.includes(`'${name}'`))) return null;
    throw error;
  }
}

/** A package that what the user chose cannot do without. Throws `SessionsOptionsError` that says what to install. */
export async function requiredPeer<M>(load: () => Promise<M>, choice: string, ...packages: string[]): Promise<M> {
  const loaded = await optionalPeer(load, ...packages);
  if (loaded) return loaded;
  throw new SessionsOptionsError([
    `${choice} needs a package that is not installed: npm install ${packages.join(' ')}`,
  ]);
}
