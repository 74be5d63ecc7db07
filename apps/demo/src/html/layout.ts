import type { VisitorSession } from '../demo-session.js';
import { type Html, html } from './html.js';
import { statementList } from './statement-list.js';
import { ticket } from './ticket.js';

const PAGES = [
  ['/', 'Visits'],
  ['/cart', 'Cart'],
  ['/account', 'Account'],
  ['/test-cookie', 'Test cookie'],
  ['/session', 'Session'],
  ['/about', 'About'],
] as const;

export interface Page {
  title: string;
  /** Which entry of the navigation is this page. */
  path?: (typeof PAGES)[number][0];
  /** What to show of the session beside the page; left out: nothing. */
  session?: VisitorSession | 'unopened';
}

/** The frame of every page: navigation above, the visitor's session beside what the page is about. */
export function layout({ title, path, session }: Page, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Django’s sessions in Nest</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <p class="name">
            <a href="/">Django’s sessions, <em>in Nest</em></a>
          </p>
          <nav aria-label="Pages">
            ${PAGES.map(([to, label]) =>
              to === path ? html`<a href="${to}" aria-current="page">${label}</a>` : html`<a href="${to}">${label}</a>`,
            )}
          </nav>
        </header>
        <div class="columns">
          <main id="content" tabindex="-1">${content}</main>
          ${session && html`<aside aria-label="Your session">${ticket(session)} ${statementList()}</aside>`}
        </div>
      </body>
    </html> `;
}
