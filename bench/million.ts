import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator } from './emulator.ts';
import { report, short } from './measure.ts';
import { DESTINATION_URI, efsDestination, nfsSource, readyTask, runTask, SOURCE_URI } from './story.ts';
import { scratch } from './trees.ts';

const DIRECTORIES = 1000;
const FILES_EACH = 1000;

/** Memory at a million entries: empty files, since the number of entries is the load here. */
export async function benchMillion(): Promise<void> {
  using place = scratch();
  const source = join(place.path, 'source');
  for (let d = 0; d < DIRECTORIES; d++) {
    const directory = join(source, `directory-${d}`);
    mkdirSync(directory, { recursive: true });
    for (let f = 0; f < FILES_EACH; f++)
      closeSync(openSync(join(directory, `a-file-with-a-usual-name-${f}.txt`), 'w'));
  }
  mkdirSync(join(place.path, 'destination'));
  await using emulator = await startEmulator([
    '--bind',
    `${SOURCE_URI}=directory:${source}`,
    '--bind',
    `${DESTINATION_URI}=directory:${join(place.path, 'destination')}`,
  ]);
  const task = await readyTask(emulator, await nfsSource(emulator), await efsDestination(emulator), {
    VerifyMode: 'ONLY_FILES_TRANSFERRED',
  });
  const first = await runTask(emulator, task);
  const afterFirst = emulator.memory();
  const again = await runTask(emulator, task);
  report('1,000,000 entries', {
    firstSeconds: short(first.seconds),
    unchangedSeconds: short(again.seconds),
    filesTransferred: first.execution.FilesTransferred,
    filesSkipped: again.execution.FilesSkipped,
    peakMiB: emulator.memory().peakMiB,
    peakOfFirstMiB: afterFirst.peakMiB,
    aim: { peakMiB: 300 },
  });
}
