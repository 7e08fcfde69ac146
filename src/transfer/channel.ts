/** Items that may wait to be taken before those who give should pause. */
const ROOM = 512;

/** A hand-over from many givers to one taker, in the order of giving, with back-pressure. */
export class Channel<Item> implements AsyncIterable<Item> {
  #waiting: Item[] = [];
  #wakeTaker: (() => void) | undefined;
  #wakeGivers: (() => void) | undefined;
  #roomAgain: Promise<void> | undefined;
  #end: { readonly failed: boolean; readonly error?: unknown } | undefined;

  /** Gives one item. Never waits: ask `full` between larger pieces of work. */
  give(item: Item): void {
    this.#waiting.push(item);
    this.#wakeTaker?.();
  }

  get full(): boolean {
    return this.#waiting.length >= ROOM && this.#end === undefined;
  }

  /** Resolves when there is room again. */
  room(): Promise<void> {
    if (!this.full) return Promise.resolve();
    this.#roomAgain ??= new Promise((resolve) => {
      this.#wakeGivers = resolve;
    });
    return this.#roomAgain;
  }

  /** Nothing more will come; with an error, the taker fails with it after the last item. */
  end(failure?: { readonly error: unknown }): void {
    this.#end = failure ? { failed: true, error: failure.error } : { failed: false };
    this.#wakeTaker?.();
    this.#makeRoom();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for (;;) {
      const taken = this.#waiting;
      this.#waiting = [];
      this.#makeRoom();
      for (const item of taken) yield item;
      if (this.#waiting.length > 0) continue;
      if (this.#end?.failed) throw this.#end.error;
      if (this.#end) return;
      await new Promise<void>((resolve) => {
        this.#wakeTaker = resolve;
      });
      this.#wakeTaker = undefined;
    }
  }

  #makeRoom(): void {
    this.#wakeGivers?.();
    this.#wakeGivers = undefined;
    this.#roomAgain = undefined;
  }
}
