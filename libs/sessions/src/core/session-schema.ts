import { carryOver } from './carried-numbers.js';
import { SessionSchemaError, type SessionSchemaIssue } from './errors.js';
import { keepOwnMembers, withoutOwnMembers } from './own-members.js';
import { schemaIssues } from './schema-issues.js';
import type { Data, SessionSerializer } from './serializer.js';
import type { Snapshot } from './session-store.js';
import type { StandardSchemaV1 } from './standard-schema.js';

/** The members of a session as an application's schema has them, for types: `Session<SessionOf<typeof schema>>`. */
export type SessionOf<S extends StandardSchemaV1<object, unknown>> = NonNullable<S['~standard']['types']>['input'];

/**
 * Makes data that fit the schema out of stored ones that do not. It is given a copy of the data, to be
 * changed at will, and what the schema said; it answers the new data, or null for an empty session.
 */
export type SessionUpgrade = (
  data: Record<string, any>,
  issues: readonly SessionSchemaIssue[],
) => object | null | Promise<object | null>;

/**
 * What the data of every session have to fit. It checks and never rewrites: what the schema makes of
 * the data is not taken over, so that members it does not know stay. It is shown what is stored, or
 * going to be, and never the session's own object: nobody can change the one or the other by it.
 */
export class SessionSchema {
  constructor(
    private readonly schema: StandardSchemaV1<object, unknown>,
    private readonly upgrade: SessionUpgrade | undefined,
    private readonly serializer: SessionSerializer,
  ) {}

  /** Throws `SessionSchemaError` for data that must not be stored. */
  async checkToSave(payload: string): Promise<void> {
    const issues = await this.#issuesOf(payload);
    if (issues) throw new SessionSchemaError('saving', issues);
  }

  /** What was loaded, upgraded where it has to be. Throws `SessionSchemaError` where that does not help. */
  async fit(stored: Snapshot): Promise<Snapshot> {
    const issues = await this.#issuesOf(stored.payload);
    if (!issues) return stored;
    if (!this.upgrade) throw new SessionSchemaError('loading', issues);
    const payload = await this.#upgraded(stored, issues, this.upgrade);
    const left = await this.#issuesOf(payload);
    if (left) throw new SessionSchemaError('loading', left);
    // Read anew: the hook may keep what it answered. And the text is what changes are measured against,
    // so that what the upgrade did does not count as this request's own change.
    return { ...stored, payload, data: this.serializer.loads(payload), outdated: true };
  }

  async #upgraded(stored: Snapshot, issues: readonly SessionSchemaIssue[], upgrade: SessionUpgrade): Promise<string> {
    const old = this.serializer.loads(stored.payload);
    const answer: unknown = await upgrade(withoutOwnMembers(old), issues);
    const data: Data = Object.create(null);
    if (answer !== null) {
      if (typeof answer !== 'object' || Array.isArray(answer))
        throw new SessionSchemaError('loading', [noData(answer)]);
      for (const [key, value] of Object.entries(answer)) if (value !== undefined) data[key] = value;
      carryOver(old, data);
      keepOwnMembers(old, data);
      for (const key of Object.keys(data)) this.serializer.check?.(data, key);
    }
    return this.serializer.dumps(data);
  }

  /** Null: the data fit. */
  async #issuesOf(payload: string): Promise<readonly SessionSchemaIssue[] | null> {
    const data = withoutOwnMembers(this.serializer.loads(payload));
    // A new session, and one that was cleared, lack what the schema requires.
    if (Object.keys(data).length === 0) return null;
    const { issues } = await this.schema['~standard'].validate(data);
    return issues ? schemaIssues(issues, data) : null;
  }
}

function noData(answer: unknown): SessionSchemaIssue {
  const what = Array.isArray(answer) ? 'a list' : answer === undefined ? 'nothing' : `a ${typeof answer}`;
  return { path: '', message: `upgrade must answer the new data, or null for an empty session; it answered ${what}` };
}
