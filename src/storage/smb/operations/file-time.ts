// FILETIME (MS-DTYP 2.3.3): steps of 100 ns since 1601.

/** The step of a FILETIME, ns. */
export const FILETIME_STEP_NS = 100n;

const EPOCH_STEPS = 116_444_736_000_000_000n;

/** The first time that can be told: 0 and what is negative mean something else where times are set. */
const FIRST = 1n;
const LAST = 2n ** 63n - 1n;

/** Ns since the epoch. */
export function nsOfFileTime(steps: bigint): bigint {
  return (steps - EPOCH_STEPS) * FILETIME_STEP_NS;
}

/** The step that `ns` since the epoch falls into; what cannot be told becomes the first or the last time that can. */
export function fileTimeOf(ns: bigint): bigint {
  const rest = ((ns % FILETIME_STEP_NS) + FILETIME_STEP_NS) % FILETIME_STEP_NS;
  const steps = (ns - rest) / FILETIME_STEP_NS + EPOCH_STEPS;
  if (steps < FIRST) return FIRST;
  return steps > LAST ? LAST : steps;
}
