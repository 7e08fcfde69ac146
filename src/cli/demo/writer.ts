import type { Clock } from '../../base/clock.ts';
import type { DemoVolume } from './tree.ts';

const PAUSE_MS = 2;

/** Somebody who goes on writing into a file, as a renderer does into its log, until told to stop. */
export function keepWriting(volume: DemoVolume, path: string, clock: Clock): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let line = 0;
  const write = async () => {
    while (!stopping.signal.aborted) {
      line += 1;
      volume.appendFileSync(path, `frame ${line} done\n`);
      await clock.sleep(PAUSE_MS);
    }
  };
  const written = write();
  return {
    async stop() {
      stopping.abort();
      await written;
    },
  };
}
