import { writeFileSync } from 'node:fs';

/** Closes a suite with what it has measured; with WRITE_TABLES=1 it is also written down, beside the suite. */
export async function tell(file: URL, title: string, text: string): Promise<void> {
  process.stdout.write(`\n${text}\n`);
  if (process.env['WRITE_TABLES'] !== '1') return;
  const { format } = await import('prettier');
  writeFileSync(file, await format(`# ${title}\n\n${text}\n`, { parser: 'markdown', printWidth: 120 }));
}
