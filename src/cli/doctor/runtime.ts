import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { type Finding, reasonOf } from './finding.ts';

/** As package.json's `engines` has it. */
const OLDEST_NODE = [20, 19] as const;

/** Node itself, and the two packages that bring binaries. */
export async function checkRuntime(): Promise<Finding[]> {
  return [checkNode(process.versions.node), await checkLibsql(), await checkKoffi()];
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const about = `Node ${version}`;
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) {
    return { is: 'good', about, says: 'new enough' };
  }
  return { is: 'bad', about, says: 'too old', next: `Install Node ${OLDEST_NODE.join('.')} or newer.` };
}

async function checkLibsql(): Promise<Finding> {
  const about = 'libsql (ledgers of runs, --data-dir)';
  try {
    const { default: Database } = await import('libsql');
    const database = new Database(':memory:');
    database.prepare('select 1').get();
    database.close();
    return { is: 'good', about, says: 'works' };
  } catch (error) {
    return {
      is: 'bad',
      about,
      says: `does not load (${reasonOf(error)})`,
      next: 'Install again without --omit=optional, on a platform that libsql has binaries for.',
    };
  }
}

async function checkKoffi(): Promise<Finding> {
  const about = 'koffi (exact file times, holes and links in directories)';
  try {
    await import('koffi');
    return { is: 'good', about, says: 'works' };
  } catch (error) {
    return {
      is: 'note',
      about,
      says: `does not load (${reasonOf(error)})`,
      next: 'Directories still work, with times as exact as Node can set them.',
    };
  }
}

/** Whether a directory is there, or can be made, and can be written. */
export function checkDataDir(path: string | undefined): Finding[] {
  if (path === undefined) return [];
  const about = `data directory ${path}`;
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    if (!statSync(nearest).isDirectory()) throw new Error(`${nearest} is no directory`);
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return [{ is: 'good', about, says: nearest === path ? 'writable' : 'is made at the start' }];
  } catch (error) {
    const next = 'Choose another with --data-dir, or give yourself the right to write there.';
    return [{ is: 'bad', about, says: `not writable (${reasonOf(error)})`, next }];
  }
}

/** Whether the emulator could listen now. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const about = `port ${port} on ${host}`;
  const failure = await listenFailure(host, port);
  if (failure === undefined)
    return { is: 'good', about, says: port === 0 ? 'any free one is taken' : 'free' };
  if ((failure as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    const next = 'If that is no emulator of yours, choose another port with --port.';
    return { is: 'note', about, says: 'somebody listens there already', next };
  }
  const next = 'Choose others with --host and --port.';
  return { is: 'bad', about, says: `cannot be listened on (${reasonOf(failure)})`, next };
}

function listenFailure(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
