/** Whether two types are the same; `any`, optional and readonly members tell them apart. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * For the compiler: `expectType<string>().of(value)` compiles where the value's type is exactly that
 * one. The files beside this one are compiled by `npm run types` and never run.
 */
export declare function expectType<Expected>(): {
  of<Actual>(value: Actual, ...proof: Same<Actual, Expected> extends true ? [] : [never]): void;
};
