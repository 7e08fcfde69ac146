import t from 'tap';
import { type Started, started } from '../cli/command.ts';
import { BUCKET_STORIES } from './s3-bucket-stories.ts';
import { type Mortal, survivesKill } from './s3-kill.ts';
import { DIRECTORY_STORIES } from './s3-stories.ts';
import { tellStories } from './s3-tasks.ts';
import { comesRightAgain } from './s3-trouble.ts';
import { openWorld, USER } from './s3-world.ts';

/** The embedded S3 of another process. Its objects are in memory: they end with it. */
async function inAnotherProcess(): Promise<Mortal & AsyncDisposable> {
  let server: Started = await started();
  const { endpoint } = server.ready;
  return {
    endpoint,
    ...USER,
    kill: async () => void (await server.end('SIGKILL')),
    async revive() {
      server = await started(['--port', new URL(endpoint).port]);
    },
    [Symbol.asyncDispose]: async () => void (await server.end('SIGKILL')),
  };
}

tellStories('embedded', [...DIRECTORY_STORIES, ...BUCKET_STORIES], () => openWorld(undefined));
comesRightAgain('the embedded S3', () => openWorld(undefined));
const other = await inAnotherProcess();
t.teardown(() => other[Symbol.asyncDispose]());
survivesKill('the embedded S3 of another process', other);
