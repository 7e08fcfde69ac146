/**
 * Works on up to `width` items at once and yields the results in the order of the items. Where `work` knows
 * the answer at once and nothing is waited for, nothing is put into a queue.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Result | Promise<Result>,
): AsyncGenerator<Result> {
  const queue: (Result | Promise<Result>)[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      if (result instanceof Promise) result.catch(() => undefined);
      else if (queue.length === 0) {
        yield result;
        continue;
      }
      queue.push(result);
      if (queue.length >= width) yield await (queue.shift() as Result | Promise<Result>);
    }
    while (queue.length > 0) yield await (queue.shift() as Result | Promise<Result>);
  } finally {
    await Promise.allSettled(queue);
  }
}
