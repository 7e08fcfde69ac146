import type { StateChange } from '../emulator/control-plane.ts';

/** Who is told of changes of state. */
export interface Changes {
  /** Returns what ends it. */
  listen(take: (change: StateChange) => void): () => void;
  tell(change: StateChange): void;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: StateChange) => void>();
  return {
    listen(take) {
      listeners.add(take);
      return () => listeners.delete(take);
    },
    tell(change) {
      for (const take of listeners) take(change);
    },
  };
}
