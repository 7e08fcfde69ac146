/** Work in flight, at most `width` at once; the first failure stops what would come after it. */
export class Window {
  readonly #width: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  /** Starts `work` as soon as there is room. @throws the failure of earlier work */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#width) await Promise.race(this.#running);
    this.#throwFailure();
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits until nothing is under way. @throws the failure of earlier work */
  async drained(): Promise<void> {
    await this.settled();
    this.#throwFailure();
  }

  /** Waits until nothing is under way, failed or not. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
