import { Command } from 'commander';
import { makeDirectories } from '../base/make-directories.ts';
import { maskCredentials } from '../base/mask-credentials.ts';
import { systemClock } from '../base/system-clock.ts';
import { processEnvironment, readConfig } from '../harness/config.ts';
import type { Side, TransferEvent } from '../transfer/job.ts';
import { withConfigFlags } from './config-flags.ts';
import { Failure } from './failure.ts';
import { oneLine } from './readable.ts';
import { locationTarget } from './run-location.ts';
import { givenPassword, type RunFlags, selectionOf, transferOptions, withRunFlags } from './run-options.ts';
import type { RunReport } from './run-report.ts';

const EXAMPLES = `
Locations: ./dir  file:///abs/dir  directory:/abs/dir  memory:NAME  s3://bucket/prefix
  nfs://HOST[:PORT]/EXPORT[?version=3|4.0|4.1&mountport=N&uid=N&gid=N]
  smb://[[DOMAIN;]USER[:PASSWORD]@]HOST[:PORT]/SHARE[/PATH][?version=2.0.2|2.1|3.0.2]
A password is better given in a file, or in DATASYNC_LOCAL_SOURCE_PASSWORD and DATASYNC_LOCAL_DESTINATION_PASSWORD.
Exit code: 0 all is well, 1 some items failed, 2 asked in a wrong way or not to be reached, 130 (or 143) interrupted

Examples:
  datasync-local run ./photos /mnt/backup/photos --delete
  datasync-local run nfs://nas.example/export/photos 'smb://CORP;me@files.example/photos' \\
      --destination-password-file ~/.smb-password
  datasync-local run ./photos s3://backup/photos --exclude '*.tmp' \\
      --s3-endpoint http://127.0.0.1:9000 --s3-access-key-id me --s3-secret-access-key secret`;

/** As shells have it: 128 and the number of the signal. */
const INTERRUPTIONS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** `datasync-local run SOURCE DESTINATION`: one transfer through the same engine, without an emulator. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('transfer once between two locations, through the same engine')
    .argument('<source>', 'where the bytes are')
    .argument('<destination>', 'where they go; a directory of this machine is made when it is not there');
  return withConfigFlags(withRunFlags(command), ({ member }) => member.startsWith('s3.'))
    .addHelpText('after', EXAMPLES)
    .action(async (source: string, destination: string, flags: RunFlags) => {
      process.exitCode = await run(source, destination, flags);
    });
}

async function run(source: string, destination: string, flags: RunFlags): Promise<number> {
  const environment = processEnvironment();
  const { config } = await readConfig({
    flags: flags as unknown as Record<string, unknown>,
    environment,
  });
  const context = { directory: process.cwd(), s3: config.s3 };
  const password = (side: Side) => givenPassword(side, flags, environment);
  const from = locationTarget(source, { ...context, password: password('source') });
  const to = locationTarget(destination, { ...context, password: password('destination') });
  const { oneShot } = await import('../harness/one-shot.ts');
  const clock = systemClock();
  const order = { from, to, options: transferOptions(flags, from, to), selection: selectionOf(flags) };
  const shot = await attempt(() => oneShot(order, clock)).catch(cannotGoOn);
  await shot.probeSource().catch(unusable(source));
  if (to.driver === 'directory')
    await attempt(() => makeDirectories(to.directory)).catch(unusable(destination));
  await shot.probeDestination().catch(unusable(destination));
  const startedAt = clock.now();
  const report = await followed(shot.events(whenInterrupted()), flags);
  const elapsedMs = clock.now() - startedAt;
  const end = flags.json
    ? JSON.stringify({ event: 'ended', elapsedMs, ...report.counters() })
    : report.summary(elapsedMs);
  process.stdout.write(`${end}\n`);
  return report.problems > 0 ? 1 : 0;
}

/** The first signal ends the run and clears up behind it; a second one ends it at once. */
function whenInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const [signal, exitCode] of Object.entries(INTERRUPTIONS)) {
    process.once(signal, () =>
      interrupted.abort(new Failure('Interrupted. The next run completes the work.', exitCode)),
    );
  }
  return interrupted.signal;
}

const attempt = async <Result>(act: () => Result) => act();

const unusable = (text: string) => (cause: unknown) => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new Failure(`${maskCredentials(text)} cannot be used: ${reason}`, 2, { cause });
};

/** Shows the events as they come, and counts them. */
async function followed(events: AsyncIterable<TransferEvent>, flags: RunFlags): Promise<RunReport> {
  const { RunProgress, RunReport } = await import('./run-report.ts');
  const report = new RunReport((problem) => {
    if (flags.json) process.stdout.write(`${JSON.stringify({ event: 'failed', ...problem })}\n`);
    else process.stderr.write(`${oneLine(`${problem.path} (${problem.step}): ${problem.message}`)}\n`);
  });
  const progress = new RunProgress(report, process.stderr);
  try {
    for await (const event of events) {
      report.add(event);
      progress.update();
    }
  } catch (error) {
    return cannotGoOn(error);
  } finally {
    progress.stop();
  }
  return report;
}

function cannotGoOn(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'TransferFailed') throw error;
  throw new Failure(`The run could not go on: ${error.message}`, 2, { cause: error });
}
