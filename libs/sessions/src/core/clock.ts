/**
 * The present, in milliseconds since the epoch; a fraction carries microseconds.
 * Everything that asks for the time asks one of these, so that a test can turn it.
 */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
