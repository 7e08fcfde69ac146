/**
 * Runs `work` over `items`, at most `width` at once, and yields the results as they come (not in order).
 * The next item is asked for only when there is room for it. The first failure, or the consumer's leaving,
 * stops the asking; what is under way is waited for before the failure is passed on.
 */
export async function* pool<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running = new Set<Promise<void>>();
  const done: Result[] = [];
  let failure: { readonly error: unknown } | undefined;
  const start = (item: Item) => {
    const task: Promise<void> = work(item)
      .then((result) => void done.push(result))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(task));
    running.add(task);
  };
  try {
    for await (const item of items) {
      start(item);
      while (running.size >= width && !failure) await Promise.race(running);
      if (failure) break;
      while (done.length > 0) yield done.shift() as Result;
    }
    while (running.size > 0 && !failure) {
      await Promise.race(running);
      while (done.length > 0) yield done.shift() as Result;
    }
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
  yield* done;
}
