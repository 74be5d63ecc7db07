import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { pinned } from './pinning.mjs';

const running = new Set();

/** Ends what we have started, whatever happens. */
export function endChildren() {
  // They clean up after themselves when we are gone, or when they are told.
  for (const child of running) child.kill('SIGTERM');
}

/** A process of ours that answers questions over IPC. */
export class Child {
  #process;
  #waiting = new Map();
  #trouble = null;

  constructor(script, args, { name = basename(script), where, flags = [], environment = {} }) {
    const [command, ...rest] = pinned([process.execPath, ...flags, script, ...args], where);
    this.#process = spawn(command, rest, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    });
    running.add(this.#process);
    this.#process.on('message', ({ question, answer }) => {
      this.#waiting.get(question)?.resolve(answer);
      this.#waiting.delete(question);
    });
    this.#process.once('exit', (code, signal) => {
      running.delete(this.#process);
      this.#trouble = new Error(`${name} ended by itself (${signal ?? code})`);
      for (const { reject } of this.#waiting.values()) reject(this.#trouble);
    });
  }

  /** What it says by itself, once. */
  says(word) {
    if (this.#trouble) return Promise.reject(this.#trouble);
    return new Promise((resolve, reject) => this.#waiting.set(word, { resolve, reject }));
  }

  ask(question, details = {}) {
    const answer = this.says(question);
    if (!this.#trouble) this.#process.send({ question, ...details });
    return answer;
  }

  async end() {
    if (this.#trouble) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
  }
}
