interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * How many bytes may be held in memory at once by all that share it. Served in order of asking; somebody who
 * asks for more than the whole budget is let in alone.
 */
export class ByteBudget {
  readonly #limit: number;
  #held = 0;
  readonly #waiting: Waiting[] = [];

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Resolves when there is room. Each taking must be given back once. @throws the signal's reason */
  take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.tryTake(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#admit();
      };
      const waiting = {
        bytes,
        admit: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** Takes only if that needs no waiting. */
  tryTake(bytes: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
    this.#admit();
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#limit;
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#held += next.bytes;
      next.admit();
    }
  }
}
