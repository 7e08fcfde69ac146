import { Command } from 'commander';
import { streamLog } from '../base/log.ts';
import { systemClock } from '../base/system-clock.ts';
import { type Config, printable, processEnvironment, readConfig } from '../harness/config.ts';
import type { Emulator } from '../harness/start.ts';
import { withConfigFlags } from './config-flags.ts';
import { Failure } from './failure.ts';
import { version } from './version.ts';

/** Whoever asks a program to stop waits this long at most. */
const LONGEST_STOP_MS = 2000;

const EXAMPLES = `
Examples:
  datasync-local start
  datasync-local start --port 0                  the first line of output says which port it is
  datasync-local start --bind 'nfs://nas.example/export=directory:/srv/tree' --data-dir ./state
  datasync-local start --config datasync-local.yaml --print-config`;

/** `datasync-local start`: the emulator, until it is told to stop. */
export function startCommand(): Command {
  return withConfigFlags(new Command('start'))
    .description('start the emulator; it says in one line of JSON when it is ready')
    .option('--print-config', 'print the effective settings, secrets masked, and end')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Record<string, unknown>) => {
      const { config, document, warnings } = await readConfig({ flags, environment: processEnvironment() });
      if (flags['printConfig'] === true) {
        process.stdout.write(`${JSON.stringify(printable(document), null, 2)}\n`);
        return;
      }
      await serve(config, warnings);
    });
}

async function serve(config: Config, warnings: readonly string[]): Promise<void> {
  const clock = systemClock();
  const log = streamLog(process.stderr, clock, config.log.format, config.log.level);
  for (const message of warnings) log.warn('config', { message });
  const stopping = askedToStop();
  const { startFrom } = await import('../harness/start.ts');
  const emulator = await startFrom(config, { log }).catch((cause: unknown) => {
    throw startFailure(cause);
  });
  const ready = { event: 'ready', endpoint: emulator.endpoint, pid: process.pid, version: version() };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  const signal = await stopping;
  log.info('stopping', { signal });
  await stop(emulator, clock);
  log.info('stopped');
  process.exit(0);
}

/** The first signal asks to stop; a second one, of somebody who will not wait, stops at once. */
function askedToStop(): Promise<string> {
  return new Promise((resolve) => {
    const asked = (signal: string) => {
      resolve(signal);
      process.once(signal, () => process.exit(1));
    };
    process.once('SIGTERM', asked);
    process.once('SIGINT', asked);
  });
}

async function stop(emulator: Emulator, clock: { sleep(ms: number): Promise<void> }): Promise<void> {
  const closed = emulator.close().then(() => true);
  const late = clock.sleep(LONGEST_STOP_MS).then(() => false);
  if (await Promise.race([closed, late])) return;
  throw new Failure(
    'It did not end within 2 seconds and is stopped now. Executions that were running end in ERROR at the next start with the same --data-dir.',
    1,
  );
}

/** What the server says of an address that it cannot have is for people already. */
function startFailure(cause: unknown): unknown {
  const code = cause instanceof Error ? (cause.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
  if (!(cause instanceof Error) || cause.name === 'StoreError' || code === undefined) return cause;
  return new Failure(cause.message, 1, { cause });
}
