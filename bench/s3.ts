import { join } from 'node:path';
import { startEmulator } from './emulator.ts';
import { race, report, timeCommand } from './measure.ts';
import { benchPuts } from './s3-puts.ts';
import { bucketDestination, nfsSource, readyTask, runTask, SOURCE_URI } from './story.ts';
import { manyFiles, oneFile, scratch } from './trees.ts';

/** PUTs into the embedded S3; and directory to the embedded S3, beside rclone to the same endpoint. */
export async function benchS3(): Promise<void> {
  await benchPuts();
  await compare('S3 5,000 x 4 KiB', 3, (root) => manyFiles(root, 5_000, 4096));
  await compare('S3 1 x 1 GiB', 2, (root) => oneFile(root, 1024 ** 3));
}

async function compare(bench: string, rounds: number, fill: (root: string) => void): Promise<void> {
  using place = scratch();
  const source = join(place.path, 'source');
  fill(source);
  await using emulator = await startEmulator(['--bind', `${SOURCE_URI}=directory:${source}`]);
  const from = await nfsSource(emulator);
  let round = 0;
  const rclone = (bucket: string, transfers: number) => {
    const remote = `:s3,provider=Other,env_auth=false,access_key_id=111122223333,secret_access_key=test,endpoint="${emulator.endpoint}":${bucket}`;
    return timeCommand('rclone', ['copy', '--transfers', String(transfers), source, remote]);
  };
  await race(
    bench,
    rounds,
    {
      'datasync-local': async () => {
        const bucket = await bucketDestination(emulator, `ours-${round++}`);
        const task = await readyTask(emulator, from, bucket, { VerifyMode: 'ONLY_FILES_TRANSFERRED' });
        return (await runTask(emulator, task)).seconds;
      },
      'rclone-4': () => rclone(`theirs-${round++}`, 4),
      'rclone-32': () => rclone(`theirs-${round++}`, 32),
    },
    'rclone-4',
  );
  report(`${bench}, memory with all buckets of all rounds`, emulator.memory());
}
