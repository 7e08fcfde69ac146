import { pool } from '../base/pool.ts';
import { carryOut } from './carry-out.ts';
import { makeDirectory, stampDirectories } from './directories.ts';
import { removeExtras } from './removals.ts';
import type { Run } from './run.ts';
import { stepsOf } from './steps.ts';
import { verifyTransferred } from './verify.ts';
import { verifyEverything } from './verify-everything.ts';
import { WIDTH } from './widths.ts';

/** Prepares everything, then transfers everything, then verifies. */
export async function runPhased(run: Run): Promise<void> {
  await run.begin('prepare');
  for await (const step of stepsOf(run)) run.ledger.plan(step);
  run.end('prepare');
  await run.begin('transfer');
  await removeExtras(run);
  for await (const _ of pool(run.ledger.steps('directory', 'planned'), WIDTH.items, (step) =>
    makeDirectory(run, step),
  ));
  for await (const _ of pool(run.ledger.steps('file', 'planned'), WIDTH.items, (step) =>
    carryOut(run, step),
  ));
  await transferLinks(run);
  await stampDirectories(run);
  run.end('transfer');
  if (run.options.verify === 'nothing') return;
  await run.begin('verify');
  if (run.options.verify === 'everything') await verifyEverything(run);
  else await verifyTransferred(run);
  run.end('verify');
}

/** Further names of files, now that their first names are at the destination. */
export async function transferLinks(run: Run): Promise<void> {
  for await (const _ of pool(run.ledger.steps('link', 'planned'), WIDTH.items, (step) =>
    carryOut(run, step),
  ));
}
