let passed = 0;
let failed = 0;

/** Runs one group of assertions, prints its line, and answers whether it passed. */
export async function group(title, assertions) {
  try {
    await assertions();
    passed++;
    console.log(`ok      ${title}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`FAILED  ${title}\n${indented(error instanceof Error ? error.message : String(error))}`);
    return false;
  }
}

/** The last line, and the exit code. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function indented(text) {
  return text.trim().replace(/^/gm, '        ');
}
