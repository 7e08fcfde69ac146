/**
 * Node's timers as they are when this is loaded: a test that fakes its timers later must not stop the emulator in its
 * process. `now` is `Date.now`.
 */
export const { setTimeout, clearTimeout, setImmediate } = globalThis;
export const { now } = Date;

/** Lets everything that is ready to run, run. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
