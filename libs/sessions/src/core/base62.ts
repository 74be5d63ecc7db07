const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Django's base 62 (capitals before small letters), for whole numbers of any sign. */
export function toBase62(value: number): string {
  if (value === 0) return '0';
  let text = '';
  if (Number.isSafeInteger(value)) {
    for (let rest = Math.abs(value); rest > 0; rest = Math.floor(rest / 62)) text = DIGITS[rest % 62]! + text;
  } else {
    for (let rest = BigInt(Math.abs(value)); rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)]! + text;
  }
  return value < 0 ? `-${text}` : text;
}

/** The number, as exact as a double can hold it, or null when the text is not base 62. */
export function fromBase62(text: string): number | null {
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  if (digits === '') return null;
  let value = 0;
  for (const digit of digits) {
    const index = DIGITS.indexOf(digit);
    if (index < 0) return null;
    value = value * 62 + index;
  }
  return negative ? -value : value;
}
