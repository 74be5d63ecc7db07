/** One thing that must hold, for whichever test runner: `for (const { name, run } of cases) test(name, run)`. */
export interface ContractCase {
  name: string;
  run: () => Promise<void>;
}
