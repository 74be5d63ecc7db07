import { type Html, html } from '../html/html.js';
import { layout } from '../html/layout.js';

export interface ErrorModel {
  status: number;
  title: string;
  message: string;
  /** Where to go on from here. */
  back: string;
}

export function errorView({ status, title, message, back }: ErrorModel): Html {
  return layout(
    { title },
    html`<p class="figure alarm">${status}</p>
      <h1>${title}</h1>
      <p class="lead">${message}</p>
      <p><a class="button" href="${back}">Go back</a></p>`,
  );
}
