import type { Clock } from '../../base/clock.ts';
import type { DemoPlace } from './place.ts';

const PAUSE_MS = 2;

/** Somebody who has written into a file, as a renderer does into its log, and goes on until told to stop. */
export async function keepWriting(
  place: DemoPlace,
  path: string,
  clock: Clock,
): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  let line = 0;
  const write = async () => {
    line += 1;
    await place.append(path, `frame ${line} done\n`);
  };
  const goOn = async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(PAUSE_MS);
      await write();
    }
  };
  await write();
  const written = goOn();
  return {
    async stop() {
      stopping.abort();
      await written;
    },
  };
}
