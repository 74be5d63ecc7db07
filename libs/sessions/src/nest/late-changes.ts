import { Logger } from '@nestjs/common';
import type { RequestSessions } from '../http/request-sessions.js';

const logger = new Logger('Sessions');

const LOST =
  'A session was changed after the headers of its answer had left, and needed a new cookie: it was not kept. ' +
  'Change it before the first byte of a stream or the first server-sent event, or in the request before.';

/** Saves what a handler changed after its headers had left, and says so where that cannot be kept. Never throws. */
export async function saveLateChanges(sessions: RequestSessions, status: number): Promise<void> {
  try {
    if ((await sessions.endLate(status)) === 'lost') logger.warn(LOST);
  } catch (error) {
    logger.error('A session that was changed after its headers had left could not be saved', String(error));
  }
}
