import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { askConnection } from './ask-connection.js';
import { type BorrowedConnection, borrowConnection } from './borrow-connection.js';
import { dialectOf } from './dialect.js';
import { numbered } from './placeholders.js';

/** Milliseconds. Drivers wait for an answer as long as it takes; a visitor does not. */
const PATIENCE = 5000;
/** How long a statement that must not be carried out late is waited for, to undo it. */
const UNDO_PATIENCE = 60_000;

export interface Statement {
  sql: string;
  values: unknown[];
  /** Whether the database may keep it, and be asked by its name from then on: for texts that come again and again. */
  isPrepared?: boolean;
}

export interface Outcome {
  records: unknown[];
  affected?: number;
}

export interface Terms {
  /** Milliseconds to wait for the answer, a connection included. */
  patience?: number;
  /** What takes the statement back, should the database carry it out after that. */
  undo?: Statement;
}

/** The database has not answered in time; it may do what it was asked all the same. */
export class NoAnswerError extends Error {
  constructor(patience: number) {
    super(`The database did not answer within ${patience / 1000} s.`);
  }
}

/** Runs one statement on a connection of the pool, and waits for it no longer than a visitor would. */
export function runStatement(
  dataSource: DataSource,
  statement: Statement,
  { patience = PATIENCE, undo }: Terms = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let borrowed: BorrowedConnection | undefined;
    let isLate = false;
    const run = async () => {
      try {
        borrowed = await borrowConnection(dataSource);
        if (isLate) return;
        resolve(await askConnection(dataSource, borrowed, statement));
        if (isLate && undo) await askConnection(dataSource, borrowed, undo);
      } finally {
        clearTimeout(timer);
        await borrowed?.giveBack();
      }
    };
    let timer = setTimeout(() => {
      isLate = true;
      reject(new NoAnswerError(patience));
      if (undo) timer = setTimeout(() => hangUp(borrowed?.connection), UNDO_PATIENCE).unref();
      else hangUp(borrowed?.connection);
    }, patience);
    run().catch(reject);
  });
}

/** Runs a statement that has question marks, whatever the placeholders of its database are. */
export function runNumbered(dataSource: DataSource, sql: string, values: unknown[]): Promise<Outcome> {
  return runStatement(dataSource, { sql: numbered(sql, dialectOf(dataSource)), values });
}

/** A connection that does not answer may lead nowhere: its pool shall not hand it out again, and make another. */
function hangUp(connection: unknown): void {
  const { stream, connection: inner } = (connection ?? {}) as { stream?: Socket; connection?: { stream?: Socket } };
  (stream ?? inner?.stream)?.destroy();
}
