import type { ModuleMetadata } from '@nestjs/common';
import type { SessionsOptions } from 'nestjs-django-sessions';

/** Something that happens to a store, and passes. */
export interface Fault {
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** The faults that can be made on a store. */
export interface Faults {
  /** It cannot be reached, and comes back with all it had. */
  stopped?: Fault;
  /** It takes requests and answers none; it carries them out when it wakes up. */
  paused?: Fault;
  /** It answers after a second. */
  slow?: Fault;
  /** It can be read, and takes nothing more. */
  full?: Fault;
  /** It stops for good, and starts anew. */
  restart?: () => Promise<void>;
  /** The connection ends in the middle of the next answer, or of the nth. What is handed out tells whether it has. */
  cutReply?: (nth: number) => () => boolean;
  /** All open connections lead nowhere from now on, and nobody is told; new ones work. */
  strand?: () => void;
}

/** A store for the sessions of an application, and what can be done to it. */
export interface StoreUnderFault {
  /** What the application is given. */
  options: Partial<SessionsOptions>;
  imports?: NonNullable<ModuleMetadata['imports']>;
  faults: Faults;
  close(): Promise<void>;
}
