interface Sleeper {
  /** ms since the epoch. */
  at: number;
  readonly wake: () => void;
}

/** Who waits for which instant of a clock. */
export class Sleepers {
  #all: Sleeper[] = [];

  get count(): number {
    return this.#all.length;
  }

  /** Resolves when it is woken; the clock decides when. @throws the signal's reason, when it aborts first */
  add(at: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#all = this.#all.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const sleeper = {
        at,
        wake: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      this.#all.push(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** The earliest instant that somebody waits for. */
  get nextAt(): number | undefined {
    return this.#first()?.at;
  }

  /** Wakes the one that waits for the earliest instant; of several, the one that came first. */
  wakeFirst(): void {
    const first = this.#first();
    this.#all = this.#all.filter((other) => other !== first);
    first?.wake();
  }

  /** Everybody's instant becomes `ms` later (or earlier), so that all wait as long as before. */
  shift(ms: number): void {
    for (const sleeper of this.#all) sleeper.at += ms;
  }

  #first(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#all) if (!first || sleeper.at < first.at) first = sleeper;
    return first;
  }
}
