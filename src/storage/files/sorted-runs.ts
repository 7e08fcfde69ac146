/** Names in one run. Sorting so many takes well under a millisecond. */
const RUN_LENGTH = 1024;

/**
 * Sorts very many texts without ever holding the thread for long: what comes is sorted in short runs, the runs
 * are merged while they are read.
 */
export class SortedRuns {
  readonly #compare: (a: string, b: string) => number;
  #runs: string[][] = [];
  #filling: string[] = [];

  constructor(compare: (a: string, b: string) => number) {
    this.#compare = compare;
  }

  add(text: string): void {
    this.#filling.push(text);
    if (this.#filling.length === RUN_LENGTH) this.#close();
  }

  /** Everything in order. What is read is forgotten. */
  *drain(): Generator<string> {
    this.#close();
    const heap = this.#runs.map((run) => run.reverse());
    this.#runs = [];
    for (let at = Math.floor(heap.length / 2); at >= 0; at--) this.#sink(heap, at);
    while (heap[0]) {
      const text = heap[0].pop();
      if (text !== undefined) yield text;
      if (heap[0].length === 0) {
        const last = heap.pop();
        if (last && heap.length > 0) heap[0] = last;
      }
      this.#sink(heap, 0);
    }
  }

  #close(): void {
    if (this.#filling.length === 0) return;
    this.#runs.push(this.#filling.sort(this.#compare));
    this.#filling = [];
  }

  /** Lets the run at `at` sink below those whose next text comes earlier. */
  #sink(heap: string[][], at: number): void {
    const before = (a: number, b: number) => this.#compare(next(heap, a), next(heap, b)) < 0;
    for (let here = at; ; ) {
      let first = here;
      for (const child of [2 * here + 1, 2 * here + 2]) {
        if (child < heap.length && before(child, first)) first = child;
      }
      if (first === here) return;
      const moved = heap[here];
      const up = heap[first];
      if (!moved || !up) return;
      heap[here] = up;
      heap[first] = moved;
      here = first;
    }
  }
}

/** Runs are kept last first, so that taking their next text is cheap. */
function next(heap: readonly string[][], at: number): string {
  return heap[at]?.at(-1) ?? '';
}
