import { Command } from 'commander';
import { processEnvironment } from '../harness/config.ts';
import { Failure } from './failure.ts';
import { locationTarget } from './run-location.ts';
import { givenPassword } from './run-options.ts';

const NEXT = `
What to try next:
   npx datasync-local start                      an emulator on http://127.0.0.1:4567
   export AWS_ENDPOINT_URL_DATASYNC=http://127.0.0.1:4567 AWS_ENDPOINT_URL_S3=http://127.0.0.1:4567
   export AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
   aws datasync list-tasks                       or your own program: nothing else in it has to change
   npx datasync-local run ./here ./there         the same engine, without an emulator
   npx datasync-local doctor                     what your SDK would talk to
`;

const EXAMPLES = `
Examples:
  datasync-local demo
  datasync-local demo nfs://nas.example/export
  DATASYNC_LOCAL_SOURCE_PASSWORD=secret datasync-local demo 'smb://CORP;me@files.example/share'

On a server the demo works in a directory of its own and removes it at the end.`;

/** `datasync-local demo [server]`: the whole story, with AWS's own clients. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('see a whole story: a file server, a bucket, a task and three runs, in some seconds')
    .argument('[server]', 'a real one, as nfs://host/export or smb://user@host/share; default: one in memory')
    .addHelpText('after', EXAMPLES)
    .action(async (server: string | undefined) => {
      const wrong = await (server === undefined ? demoInMemory() : demoAt(server));
      if (wrong.length > 0) throw new Failure(['', 'This is not how it should go:', ...wrong].join('\n'), 1);
      process.stdout.write(NEXT);
    });
}

const parts = () =>
  Promise.all([import('../harness/start.ts'), import('./demo/story.ts'), import('../base/system-clock.ts')]);

async function demoInMemory(): Promise<string[]> {
  const [{ startEmulator }, { sceneInMemory, tellStory }, { systemClock }] = await parts();
  await using emulator = await startEmulator({ port: 0 });
  return await tellStory(emulator, sceneInMemory(emulator), process.stdout, systemClock());
}

async function demoAt(server: string): Promise<string[]> {
  const password = givenPassword('source', {}, processEnvironment());
  const target = locationTarget(server, { directory: process.cwd(), s3: undefined, password });
  if (target.driver !== 'nfs' && target.driver !== 'smb')
    throw new Failure('The server of the demo is nfs://host/export or smb://user@host/share.', 2);
  const [{ startEmulator }, { sceneAtServer, tellStory }, { systemClock }] = await parts();
  const { openServerStage } = await import('./demo/server.ts');
  const { createVolumes } = await import('../storage/volumes.ts');
  const context = { volumes: createVolumes(), clock: systemClock() };
  await using stage = await openServerStage(target, context).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`The demo cannot use the server: ${reason}`, 2, { cause });
  });
  const scene = await sceneAtServer(stage, context);
  await using emulator = await startEmulator({ port: 0, bindings: [stage.binding] });
  return await tellStory(emulator, scene, process.stdout, context.clock);
}
