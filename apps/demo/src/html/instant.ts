import { type Html, html } from './html.js';

/** A date and time to read. In UTC, as the server does not know where the visitor is. */
export function instant(date: Date): Html {
  const text = date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' });
  return html`<time datetime="${date.toISOString()}">${text} UTC</time>`;
}
