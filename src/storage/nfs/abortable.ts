/**
 * The result of `work`, unless the signal aborts first. The work goes on: a server that was asked for something has to
 * be heard to its end, or its count of our requests is not ours any more.
 * @throws the signal's reason
 */
export function abortable<Result>(
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (signal === undefined) return work();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
