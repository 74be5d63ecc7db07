/** Text that is HTML already and is not escaped again. Only `html` makes it. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Interpolated = Html | string | number | null | undefined | false | readonly Interpolated[];

/**
 * Writes HTML. Whatever is put in is escaped, unless `html` made it; put it between tags or into a
 * quoted attribute. Lists are joined; null, undefined and false leave nothing.
 */
export function html(parts: TemplateStringsArray, ...values: Interpolated[]): Html {
  return new Html(parts.reduce((text, part, index) => text + asText(values[index - 1]) + part));
}

function asText(value: Interpolated): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(asText).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
