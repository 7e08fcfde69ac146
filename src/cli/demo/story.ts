import type { Clock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import type { Emulator } from '../../harness/start.ts';
import type { StorageContext } from '../../storage/backend.ts';
import { readableBytes, readableCount } from '../readable.ts';
import { type Clients, clientsOf, setUp } from './client.ts';
import { copyTo, type DemoPlace, placeInMemory } from './place.ts';
import { differences, metadataOf } from './read-back.ts';
import type { DemoLocation, ServerStage } from './server.ts';
import { type DemoTree, type DemoVolume, EXCLUDES, growTree } from './tree.ts';
import { type Execution, runAndWatch, type Screen } from './watch.ts';
import { keepWriting } from './writer.ts';

const ROOT = '/export/studio';
/** The same tree each time. */
const SEED = 2018;
/** Volume in which a server's tree is grown. */
const DRAFT = 'demo';
const BUSY_FILE = '/logs/render.log';

/** What the demo works with. */
interface Stage {
  readonly emulator: Emulator;
  readonly place: DemoPlace;
  readonly clients: Clients;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly tree: DemoTree;
  readonly taskArn: string;
}

/** Where the story takes place. */
export interface Scene {
  readonly place: DemoPlace;
  readonly tree: DemoTree;
  readonly location: DemoLocation;
  /** For people, such as "The in-memory NFS server nas.memory has in /export". */
  readonly label: string;
}

/** The tree in memory, as an NFS server that every emulator has. */
export function sceneInMemory(emulator: Pick<Emulator, 'volumes'>): Scene {
  const volume = emulator.volumes.get('nas.memory') as unknown as DemoVolume;
  return {
    tree: growTree(volume, ROOT, seededRandom(SEED)),
    place: placeInMemory(volume, ROOT),
    location: { nfs: { ServerHostname: 'nas.memory', Subdirectory: ROOT } },
    label: `The in-memory NFS server nas.memory has in ${ROOT}`,
  };
}

/** The tree on a real server; it is grown in memory and copied there. */
export async function sceneAtServer(stage: ServerStage, context: StorageContext): Promise<Scene> {
  const { location, label, place, backend } = stage;
  const volume = context.volumes.get(DRAFT) as unknown as DemoVolume;
  const limits = {
    symlinks: backend.makeSymlink !== undefined,
    anyNames: backend.capabilities.caseSensitive,
  };
  const tree = growTree(volume, ROOT, seededRandom(SEED), limits);
  await copyTo(backend, DRAFT, ROOT, context);
  return { tree, place, location, label };
}

/** Tells the whole story. Resolves to what did not come out as told; empty when all did. */
export async function tellStory(
  emulator: Emulator,
  scene: Scene,
  screen: Screen,
  clock: Clock,
): Promise<string[]> {
  const { tree, place } = scene;
  introduce(emulator, scene, screen);
  const clients = clientsOf(emulator.endpoint);
  screen.write('With @aws-sdk/client-datasync and @aws-sdk/client-s3, as anywhere:\n');
  const { taskArn, steps } = await setUp(clients, scene.location, clock);
  for (const [call, result] of steps) screen.write(`   ${call.padEnd(18)} ${result}\n`);
  const stage: Stage = { emulator, place, clients, screen, clock, tree, taskArn };
  try {
    return [...(await firstRun(stage)), ...(await incrementalRun(stage)), ...(await busyRun(stage))];
  } finally {
    clients.datasync.destroy();
    clients.s3.destroy();
  }
}

function introduce(emulator: Emulator, { tree, label }: Scene, screen: Screen): void {
  screen.write(
    [
      `The emulator listens on ${emulator.endpoint}, its own S3 on the same port.`,
      `${label}: ${readableCount(tree.files + tree.excluded)} files and`,
      `links, ${readableBytes(tree.bytes)}, with odd names, empty folders, a sparse file and a large one.`,
      '',
      '',
    ].join('\n'),
  );
}

async function firstRun(stage: Stage): Promise<string[]> {
  const { screen, tree, place, clients } = stage;
  screen.write(`\nFirst run: everything but ${EXCLUDES}\n`);
  const execution = await watched(stage);
  const wrong = [
    ...expected(execution, 'The first run', 'SUCCESS', tree.files + tree.folders),
    ...(await differences(clients, place, [...tree.odd, tree.sparse, tree.large])).map(
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
  const { screen, place } = stage;
  screen.write(
    '\nIncremental run: one file appended to, one replaced, one new (with the folders that this changes)\n',
  );
  await place.append('/logs/access.log', 'GET /frame-0001\n');
  await place.write('/projects/003/brief.md', 'It is all different now.\n');
  await place.write('/projects/004/invoice.pdf', Buffer.alloc(1024 * 1024, 'invoice'));
  const execution = await watched(stage);
  // Three files and the folder of the new one; and those of the other two, where files are replaced.
  return expected(execution, 'The incremental run', 'SUCCESS', place.replaces ? 6 : 4);
}

async function busyRun(stage: Stage): Promise<string[]> {
  const { screen, place, clock, emulator } = stage;
  screen.write(`\nA run while somebody writes into ${BUSY_FILE}\n`);
  const writer = await keepWriting(place, BUSY_FILE, clock);
  const execution = await watched(stage).finally(() => writer.stop());
  screen.write(`   ${execution.Result?.ErrorCode ?? ''} ${execution.Result?.ErrorDetail ?? ''}\n`);
  const problems = emulator.problemsOf(execution.TaskExecutionArn ?? '');
  for (const { path, message } of problems) screen.write(`   ${path}: ${message}\n`);
  const paths = problems.map(({ path }) => path);
  const named = paths.includes(BUSY_FILE) && paths.every((path) => BUSY_FILE.startsWith(path));
  return [
    ...expected(execution, 'The run with a busy file', 'ERROR'),
    ...(named ? [] : [`The run with a busy file should have named ${BUSY_FILE}, and nothing else.`]),
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
