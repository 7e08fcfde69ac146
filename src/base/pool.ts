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
  const running = new Set<Promise<void>>();
  const done: Result[] = [];
  const failures: unknown[] = [];
  const start = (item: Item) => {
    const task: Promise<void> = work(item)
      .then(
        (result) => void done.push(result),
        (error: unknown) => void failures.push(error),
      )
      .finally(() => running.delete(task));
    running.add(task);
  };
  const roomFor = async (more: number) => {
    while (running.size + more > width && failures.length === 0) await Promise.race(running);
  };
  try {
    for await (const item of items) {
      start(item);
      await roomFor(1);
      if (failures.length > 0) break;
      yield* done.splice(0);
    }
    while (running.size > 0 && failures.length === 0) {
      await Promise.race(running);
      yield* done.splice(0);
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
  yield* done.splice(0);
}
