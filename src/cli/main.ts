// Room: cli. The commands that people type; each is one file, and loads what it needs when it is run.

import { CommanderError } from 'commander';
import { silenceSdkWarning } from '../harness/config.ts';
import { explained } from './failure.ts';
import { program } from './program.ts';

silenceSdkWarning();

// Whoever reads our output may have heard enough (`| head`): that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`Its output cannot be written: ${error.message}\n`, () => process.exit(1));
  });
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // commander has already said what is wrong (or shown the help that was asked for).
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { message, exitCode } = explained(error);
  process.stderr.write(`${message}\n`);
  return exitCode;
}
