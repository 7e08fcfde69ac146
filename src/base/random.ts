/** Chance that is handed in. The same seed gives the same run. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** `digits` lower-case hexadecimal digits. */
  hex(digits: number): string;
}

/** Chance from a seed (mulberry32: 32 bits of state, good enough for ids and faults, never for secrets). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { next, hex: (digits) => hexFrom(next, digits) };
}

/** Chance that can be started again from its seed. */
export interface RestartableRandom extends Random {
  restart(): void;
}

/** As `seededRandom`; after `restart` it gives the same again. */
export function restartableRandom(seed: number): RestartableRandom {
  let random = seededRandom(seed);
  return {
    next: () => random.next(),
    hex: (digits) => random.hex(digits),
    restart: () => {
      random = seededRandom(seed);
    },
  };
}

/** Chance from the machine: another run, other ids. */
export function machineRandom(): Random {
  return { next: Math.random, hex: (digits) => hexFrom(Math.random, digits) };
}

function hexFrom(next: () => number, digits: number): string {
  let text = '';
  while (text.length < digits) text += Math.floor(next() * 16).toString(16);
  return text;
}

/**
 * The id of a new resource, such as `task-0a1b2c3d4e5f60718`: `0` and 16 hexadecimal digits.
 * @source real ids begin with 0 nearly always, for example task-02b7f7e2c1f1b1370
 */
export function resourceId(prefix: 'agent' | 'loc' | 'task' | 'exec', random: Random): string {
  return `${prefix}-0${random.hex(16)}`;
}
