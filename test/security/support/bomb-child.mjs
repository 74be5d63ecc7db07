// node bomb-child.mjs <session-codec.js> <file>
// Decodes what is in the file, and says how much memory (MiB) that took at most.
import { readFileSync } from 'node:fs';

const [codecPath, file] = process.argv.slice(2);
const { SessionCodec } = await import(codecPath);
const signed = readFileSync(file, 'latin1');
const codec = new SessionCodec(['secret']);
const before = process.resourceUsage().maxRSS;
const answer = codec.decode(signed);
const used = Math.round((process.resourceUsage().maxRSS - before) / 1024);
console.log(JSON.stringify({ answer: answer.payload?.length ?? answer, used }));
