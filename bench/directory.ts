import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator } from './emulator.ts';
import { race, timeCommand } from './measure.ts';
import { DESTINATION_URI, efsDestination, nfsSource, readyTask, runTask, SOURCE_URI } from './story.ts';
import { manyFiles, oneFile, scratch } from './trees.ts';

/** Directory to directory, beside rclone and cp. Ours verifies what it transferred: it reads everything back. */
export async function benchDirectory(): Promise<void> {
  await compare('directory 20,000 x 4 KiB', 3, (root) => manyFiles(root, 20_000, 4096));
  await compare('directory 1 x 2 GiB', 3, (root) => oneFile(root, 2 * 1024 ** 3));
}

async function compare(bench: string, rounds: number, fill: (root: string) => void): Promise<void> {
  using place = scratch();
  const source = join(place.path, 'source');
  const ours = join(place.path, 'ours');
  const theirs = join(place.path, 'theirs');
  fill(source);
  mkdirSync(ours);
  await using emulator = await startEmulator([
    '--bind',
    `${SOURCE_URI}=directory:${source}`,
    '--bind',
    `${DESTINATION_URI}=directory:${ours}`,
  ]);
  const task = await readyTask(emulator, await nfsSource(emulator), await efsDestination(emulator), {
    VerifyMode: 'ONLY_FILES_TRANSFERRED',
  });
  const fresh = (path: string) => rmSync(path, { recursive: true, force: true });
  await race(
    bench,
    rounds,
    {
      'datasync-local': async () => {
        fresh(ours);
        mkdirSync(ours);
        return (await runTask(emulator, task)).seconds;
      },
      rclone: () => {
        fresh(theirs);
        return timeCommand('rclone', ['copy', source, theirs]);
      },
      cp: () => {
        fresh(theirs);
        return timeCommand('cp', ['-a', source, theirs]);
      },
    },
    'rclone',
  );
}
