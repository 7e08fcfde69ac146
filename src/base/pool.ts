/**
 * Runs `work` over `items`, at most `width` at once, and yields the results as they come (not in order).
 * The next item is asked for only when there is room for it. The first failure stops the asking; what is
 * under way is waited for before the failure is passed on.
 */
export async function* pool<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  let running = 0;
  let wake: (() => void) | undefined;
  const done: Result[] = [];
  const failures: unknown[] = [];
  const ended = () => {
    running -= 1;
    wake?.();
  };
  const start = (item: Item) => {
    const task = work(item);
    running += 1;
    task.then(
      (result) => {
        done.push(result);
        ended();
      },
      (error: unknown) => {
        failures.push(error);
        ended();
      },
    );
  };
  // Not Promise.race: each race would leave a reaction on every promise, and one slow item may outlast a million others.
  const oneEnds = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const fewerThan = async (most: number) => {
    while (running >= most && failures.length === 0) await oneEnds();
  };
  try {
    for await (const item of items) {
      start(item);
      await fewerThan(width);
      if (failures.length > 0) break;
      if (done.length > 0) yield* done.splice(0);
    }
    while (running > 0 && failures.length === 0) {
      await oneEnds();
      yield* done.splice(0);
    }
  } finally {
    while (running > 0) await oneEnds();
  }
  if (failures.length > 0) throw failures[0];
  yield* done.splice(0);
}
