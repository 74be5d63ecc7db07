import type { DjangoSession } from 'nestjs-django-sessions/typeorm';
import { type DemoSession, shortKey, type VisitorSession } from '../demo-session.js';
import { type Html, html } from '../html/html.js';
import { instant } from '../html/instant.js';
import { layout } from '../html/layout.js';

export interface Flags {
  accessed: boolean;
  modified: boolean;
}

export interface SessionPageModel {
  session: VisitorSession;
  data: DemoSession;
  /** Its row in Django's table; null where the session is not stored, or not there. */
  row: DjangoSession | null;
  /** Before the handler looked at the data, and after. */
  atFirst: Flags;
  now: Flags;
  engine: string;
}

export function sessionPageView(model: SessionPageModel): Html {
  const { session, data, row } = model;
  return layout(
    { title: 'Session', path: '/session', session },
    html`<h1>The session itself</h1>
      <p class="lead">${lead(session)}</p>
      <h2>Data</h2>
      <pre class="code" id="data">${JSON.stringify(data, null, 2)}</pre>
      <h2>Life</h2>
      <dl class="facts">${facts(model)}</dl>
      ${row && rowOf(row)}`,
  );
}

function lead(session: VisitorSession): Html | string {
  if (session.sessionKey === null) return 'There is none yet: nothing has been stored, so no cookie was sent.';
  return html`Your browser’s cookie holds the key and nothing else. All the rest stays here.`;
}

function facts({ session, row, atFirst, now, engine }: SessionPageModel): Html[] {
  const stored = row && fact('Stored until', instant(row.expireDate), secondsLeft(row.expireDate));
  const renewed = `${session.getExpiryAge().toLocaleString('en')} seconds`;
  return [
    fact(
      'Key',
      html`<code>${shortKey(session.sessionKey) ?? 'none'}</code>`,
      'all of it would let you be impersonated',
    ),
    fact('Engine', engine, 'where sessions are kept'),
    ...(stored ? [stored] : []),
    fact('If saved now, until', instant(session.getExpiryDate()), renewed),
    fact(
      'Ends with the browser',
      session.getExpireAtBrowserClose() ? 'yes' : 'no',
      'whether its cookie has a date of its own',
    ),
    fact('accessed', change(atFirst.accessed, now.accessed), 'somebody looked, so the answer says Vary: Cookie'),
    fact('modified', change(atFirst.modified, now.modified), 'only a changed session is saved, and its life renewed'),
  ];
}

function fact(name: string, value: Html | string, note: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value} <small>${note}</small></dd>
  </div>`;
}

function rowOf(row: DjangoSession): Html {
  return html`<h2>Row</h2>
    <p>
      What Django would find in <code>django_session</code>: the data, signed, so that a forgery would show. It took the
      second statement to fetch it for you; sessions do without.
    </p>
    <pre class="code">${row.sessionData}</pre>`;
}

function secondsLeft(date: Date): string {
  return `${Math.max(0, Math.floor((date.getTime() - Date.now()) / 1000)).toLocaleString('en')} seconds left`;
}

function change(before: boolean, after: boolean): string {
  return before === after ? String(after) : `${before} → ${after}`;
}
