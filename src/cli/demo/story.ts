import type { Clock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import type { Emulator } from '../../harness/start.ts';
import { readableBytes, readableCount } from '../readable.ts';
import { type Clients, clientsOf, setUp } from './client.ts';
import { differences, metadataOf } from './read-back.ts';
import { type DemoTree, type DemoVolume, EXCLUDES, growTree } from './tree.ts';
import { type Execution, runAndWatch, type Screen } from './watch.ts';
import { keepWriting } from './writer.ts';

const ROOT = '/export/studio';
const BUSY_FILE = '/logs/render.log';

/** What the demo works with. */
interface Stage {
  readonly emulator: Emulator;
  readonly volume: DemoVolume;
  readonly clients: Clients;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly tree: DemoTree;
  readonly taskArn: string;
}

/** Tells the whole story. Resolves to what did not come out as told; empty when all did. */
export async function tellStory(emulator: Emulator, screen: Screen, clock: Clock): Promise<string[]> {
  const volume = emulator.volumes.get('nas.memory') as unknown as DemoVolume;
  const tree = growTree(volume, ROOT, seededRandom(2018));
  introduce(emulator, tree, screen);
  const clients = clientsOf(emulator.endpoint);
  screen.write('With @aws-sdk/client-datasync and @aws-sdk/client-s3, as anywhere:\n');
  const { taskArn, steps } = await setUp(clients, clock);
  for (const [call, result] of steps) screen.write(`   ${call.padEnd(18)} ${result}\n`);
  const stage: Stage = { emulator, volume, clients, screen, clock, tree, taskArn };
  try {
    return [...(await firstRun(stage)), ...(await incrementalRun(stage)), ...(await busyRun(stage))];
  } finally {
    clients.datasync.destroy();
    clients.s3.destroy();
  }
}

function introduce(emulator: Emulator, tree: DemoTree, screen: Screen): void {
  screen.write(
    [
      `The emulator listens on ${emulator.endpoint}, its own S3 on the same port.`,
      `The in-memory NFS server nas.memory exports ${ROOT}: ${readableCount(tree.files + tree.excluded)} files and`,
      `links, ${readableBytes(tree.bytes)}, with odd names, a sparse file, a large one and a symbolic link.`,
      '',
      '',
    ].join('\n'),
  );
}

async function firstRun(stage: Stage): Promise<string[]> {
  const { screen, tree, volume, clients } = stage;
  screen.write(`\nFirst run: everything but ${EXCLUDES}\n`);
  const execution = await watched(stage);
  const wrong = [
    ...expected(execution, 'The first run', 'SUCCESS', tree.files + tree.folders),
    ...(await differences(clients, volume, ROOT, [...tree.odd, tree.sparse, tree.large])).map(
      (path) => `${path} in the bucket differs from the file.`,
    ),
  ];
  if (wrong.length > 0) return wrong;
  screen.write(`   ${tree.odd.length + 2} objects read back with GetObject are equal byte for byte.\n`);
  const metadata = Object.entries(await metadataOf(clients, tree.large));
  screen.write(`   ${tree.large} has ${metadata.map(([key, value]) => `${key}=${value}`).join(' ')}\n`);
  return [];
}

async function incrementalRun(stage: Stage): Promise<string[]> {
  const { screen, volume } = stage;
  screen.write(
    '\nIncremental run: one file appended to, one replaced, one new (with its folder, changed by it)\n',
  );
  volume.appendFileSync(`${ROOT}/logs/access.log`, 'GET /frame-0001\n');
  volume.writeFileSync(`${ROOT}/projects/003/brief.md`, 'It is all different now.\n');
  volume.writeFileSync(`${ROOT}/projects/004/invoice.pdf`, Buffer.alloc(1024 * 1024, 'invoice'));
  const execution = await watched(stage);
  return expected(execution, 'The incremental run', 'SUCCESS', 4);
}

async function busyRun(stage: Stage): Promise<string[]> {
  const { screen, volume, clock, emulator } = stage;
  screen.write(`\nA run while somebody writes into ${BUSY_FILE}\n`);
  const writer = keepWriting(volume, `${ROOT}${BUSY_FILE}`, clock);
  const execution = await watched(stage).finally(() => writer.stop());
  screen.write(`   ${execution.Result?.ErrorCode ?? ''} ${execution.Result?.ErrorDetail ?? ''}\n`);
  const problems = emulator.problemsOf(execution.TaskExecutionArn ?? '');
  for (const { path, message } of problems) screen.write(`   ${path}: ${message}\n`);
  const named = problems.length === 1 && problems[0]?.path === BUSY_FILE;
  return [
    ...expected(execution, 'The run with a busy file', 'ERROR'),
    ...(named ? [] : [`The run with a busy file should have named ${BUSY_FILE}, and only that.`]),
  ];
}

async function watched({ clients, taskArn, screen, clock }: Stage): Promise<Execution> {
  const execution = await runAndWatch(clients, taskArn, screen, clock);
  const { Status, Result, FilesTransferred = 0, BytesTransferred = 0, FilesVerified = 0 } = execution;
  const seconds = ((Result?.TotalDuration ?? 0) / 1000).toFixed(1);
  screen.write(
    `   ${Status} after ${seconds} s: ${readableCount(FilesTransferred)} transferred, ${readableBytes(BytesTransferred)}, ${readableCount(FilesVerified)} verified (files and folders).\n`,
  );
  return execution;
}

function expected(execution: Execution, run: string, status: string, files?: number): string[] {
  const wrong: string[] = [];
  if (execution.Status !== status) {
    const detail = execution.Result?.ErrorDetail;
    wrong.push(
      `${run} should have ended in ${status}, not ${execution.Status}${detail ? ` (${detail})` : ''}.`,
    );
  }
  if (files !== undefined && execution.FilesTransferred !== files) {
    wrong.push(
      `${run} should have transferred ${files} files and folders, not ${execution.FilesTransferred}.`,
    );
  }
  return wrong;
}
