import { statementsSoFar } from '../database/statements.js';
import { type Html, html } from './html.js';

/** What this page cost in the database. Views are made last, so the session has been saved by now. */
export function statementList(): Html {
  const statements = statementsSoFar();
  const count = statements.length === 1 ? '1 SQL statement' : `${statements.length || 'No'} SQL statements`;
  return html`<section class="cost">
    <h2>${count} for this page</h2>
    ${
      statements.length > 0 &&
      html`<ol>
        ${statements.map((statement) => html`<li><code>${statement}</code></li>`)}
      </ol>`
    }
  </section>`;
}
