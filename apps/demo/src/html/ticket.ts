import { countItems, shortKey, type VisitorSession } from '../demo-session.js';
import { type Html, html } from './html.js';

/** The visitor's session at a glance, as it is once this page has been made. */
export function ticket(session: VisitorSession | 'unopened'): Html {
  if (session === 'unopened') {
    return html`<section class="ticket closed">
      <h2>Session not opened</h2>
      <p>This page did not ask for your session, so nobody looked for it.</p>
    </section>`;
  }
  const user = session.get('user');
  const ends = session.getExpireAtBrowserClose() ? 'with the browser' : `in ${days(session.getExpiryAge())}`;
  // Only now: a cookie that no session belongs to is noticed when the data are first looked at.
  const key = shortKey(session.sessionKey);
  return html`<section class="ticket">
    <h2>Your session</h2>
    <p class="key">${key ?? 'none yet'}</p>
    <dl>
      <div>
        <dt>Who</dt>
        <dd>${user ?? 'a guest'}</dd>
      </div>
      <div>
        <dt>Visits</dt>
        <dd>${session.get('visits', 0)}</dd>
      </div>
      <div>
        <dt>In the cart</dt>
        <dd>${countItems(session)}</dd>
      </div>
      <div>
        <dt>Ends</dt>
        <dd>${key === null ? '–' : ends}</dd>
      </div>
    </dl>
  </section>`;
}

function days(seconds: number): string {
  const count = Math.round(seconds / 86_400);
  if (count < 1) return 'less than a day';
  return count === 1 ? '1 day' : `${count} days`;
}
