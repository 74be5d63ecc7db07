/** For a process that does one thing: does it with the settings it was given, and tells the parent the outcome. */
export async function answerWith(work) {
  process.on('disconnect', () => process.exit());
  try {
    process.send({ question: 'result', answer: { result: await work(JSON.parse(process.argv[2])) } });
  } catch (error) {
    process.send({ question: 'result', answer: { error: error.stack ?? String(error) } });
  }
}
