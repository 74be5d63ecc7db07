import { join, resolve } from 'node:path';
import { isSessionKey, newSessionKey } from '../../core/session-key.js';

/** What a file in the folder is to us, by its name alone. */
export type FileKind = 'session' | 'temporary' | 'lock' | 'other';

/**
 * Both Django and we draw keys of 32 characters. Whatever looks through the folder goes by that: with
 * the cookie names `sessionid` and `sessionidtwo` in one folder, the second one's files have 35 after
 * `sessionid`, and are left alone. (Opening by key goes by `isSessionKey`, as Django does: there a key
 * of up to 40 characters may still name the file of a longer cookie name. Give each its own folder.)
 */
const REST = /^[a-z0-9]{32}(?:(?<temporary>_out_[a-z0-9_]{8})|(?<lock>_lock(?:_[a-z0-9-]+)*))?$/;

/** Django's names: the folder, then the cookie's name and the session's key with nothing in between. */
export class SessionFileNames {
  readonly folder: string;

  constructor(
    folder: string,
    readonly cookieName: string,
  ) {
    this.folder = resolve(folder);
  }

  /** The file of a session. Null for what no session has as its key: it must never become a path. */
  pathOf(key: string): string | null {
    return isSessionKey(key) ? join(this.folder, this.cookieName + key) : null;
  }

  /** A name, as Django makes them, for what is to become this session's file, or that of a new session. */
  temporary(key: string = newSessionKey()): string {
    return join(this.folder, `${this.cookieName}${key}_out_${newSessionKey().slice(0, 8)}`);
  }

  kindOf(name: string): FileKind {
    const match = name.startsWith(this.cookieName) ? REST.exec(name.slice(this.cookieName.length)) : null;
    if (!match) return 'other';
    return match.groups!['temporary'] ? 'temporary' : match.groups!['lock'] ? 'lock' : 'session';
  }
}
