import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { type Started, started } from '../cli/command.ts';
import { BUCKET_STORIES } from './s3-bucket-stories.ts';
import { type Mortal, survivesKill } from './s3-kill.ts';
import { DIRECTORY_STORIES } from './s3-stories.ts';
import { tellStories } from './s3-tasks.ts';
import { comesRightAgain } from './s3-trouble.ts';
import { openWorld, USER } from './s3-world.ts';

/** The embedded S3 of another process, which keeps its objects in files. */
async function inAnotherProcess(): Promise<Mortal & AsyncDisposable> {
  const directory = mkdtempSync(join(tmpdir(), 'datasync-killed-'));
  const kept = ['--data-dir', directory];
  let server: Started = await started(kept);
  const { endpoint } = server.ready;
  const end = async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) await server.end('SIGKILL');
  };
  return {
    endpoint,
    ...USER,
    kill: end,
    async revive() {
      server = await started([...kept, '--port', new URL(endpoint).port]);
    },
    async [Symbol.asyncDispose]() {
      await end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

// Seconds, on a machine that has nothing else to do.
t.setTimeout(300_000);

tellStories('embedded', [...DIRECTORY_STORIES, ...BUCKET_STORIES], () => openWorld(undefined));
comesRightAgain('the embedded S3', () => openWorld(undefined));
const other = await inAnotherProcess();
t.teardown(() => other[Symbol.asyncDispose]());
survivesKill('the embedded S3 of another process', other);
