import type { VisitorSession } from '../demo-session.js';
import { type Html, html } from '../html/html.js';
import { layout } from '../html/layout.js';

export interface TestCookieModel {
  session: VisitorSession;
  /** Left out before the test. */
  worked?: boolean;
}

export function testCookieView({ session, worked }: TestCookieModel): Html {
  return layout(
    { title: 'Test cookie', path: '/test-cookie', session },
    html`<h1>Does your browser take cookies?</h1>
      <p class="lead">
        One request leaves a mark in the session and sends you on; the next one looks for the mark and takes it away.
      </p>
      ${worked !== undefined && result(worked)}
      <form method="post" action="/test-cookie">
        <button class="button">${worked === undefined ? 'Find out' : 'Once more'}</button>
      </form>`,
  );
}

function result(worked: boolean): Html {
  if (worked) {
    return html`<p class="verdict good" role="status">
      <strong>It does.</strong> The mark came back and has been taken away.
    </p>`;
  }
  return html`<p class="verdict bad" role="status">
    <strong>No mark was found.</strong> Your browser keeps no cookies for this site, or you loaded this page again: a
    mark is found only once.
  </p>`;
}
