import { Command } from 'commander';
import { Failure } from './failure.ts';

const NEXT = `
What to try next:
   npx datasync-local start                      an emulator on http://127.0.0.1:4567
   export AWS_ENDPOINT_URL_DATASYNC=http://127.0.0.1:4567 AWS_ENDPOINT_URL_S3=http://127.0.0.1:4567
   export AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
   aws datasync list-tasks                       or your own program: nothing else in it has to change
   npx datasync-local run ./here ./there         the same engine, without an emulator
   npx datasync-local doctor                     what your SDK would talk to
`;

/** `datasync-local demo`: the whole story, with AWS's own clients. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('see a whole story: an export, a bucket, a task and three runs, in some seconds')
    .action(async () => {
      const wrong = await demo();
      if (wrong.length > 0) throw new Failure(['', 'This is not how it should go:', ...wrong].join('\n'), 1);
      process.stdout.write(NEXT);
    });
}

async function demo(): Promise<string[]> {
  const [{ startEmulator }, { tellStory }, { systemClock }] = await Promise.all([
    import('../harness/start.ts'),
    import('./demo/story.ts'),
    import('../base/system-clock.ts'),
  ]);
  const emulator = await startEmulator({ port: 0 });
  try {
    return await tellStory(emulator, process.stdout, systemClock());
  } finally {
    await emulator.close();
  }
}
