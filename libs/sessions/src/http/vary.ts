/** Adds a name to the value of a Vary header, as Django's `patch_vary_headers` does. */
export function withVary(present: string | undefined, name: string): string {
  if (!present) return name;
  const names = present
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  if (names.includes('*')) return '*';
  if (!names.some((known) => known.toLowerCase() === name.toLowerCase())) names.push(name);
  return names.join(', ');
}
