import { pool } from '../base/pool.ts';
import { carryOut } from './carry-out.ts';
import { makeDirectory, stampDirectories } from './directories.ts';
import type { Planned, Step } from './ledger.ts';
import { transferLinks } from './phased.ts';
import { removeExtras } from './removals.ts';
import type { Run } from './run.ts';
import { stepsOf } from './steps.ts';
import { verifiable, verifyItem, verifyTransferred } from './verify.ts';
import { verifyEverything } from './verify-everything.ts';
import { WIDTH } from './widths.ts';

/**
 * Takes each item through as soon as it is found. Pipelined runs verify it right after; a run that copies all
 * without comparing verifies at the end, as phased runs do, and has no preparation.
 */
export async function runStreamed(run: Run): Promise<void> {
  const { order, compare, verify, removeExtra } = run.options;
  const atOnce = order === 'pipelined' && verify === 'transferred';
  run.defersBlocked = removeExtra;
  if (compare === 'changed') await run.begin('prepare');
  await run.begin('transfer');
  for await (const _ of pool(preparedSteps(run), WIDTH.items, (step) => take(run, step, atOnce)));
  await removeExtras(run);
  await retryBlocked(run, atOnce);
  await transferLinks(run);
  await stampDirectories(run);
  run.end('transfer');
  if (verify === 'nothing') return;
  await run.begin('verify');
  if (verify === 'everything') await verifyEverything(run);
  else await verifyTransferred(run, atOnce ? ['directory', 'link'] : undefined);
  run.end('verify');
}

/** What was in the way has been removed, if it could be. */
async function retryBlocked(run: Run, verifyAtOnce: boolean): Promise<void> {
  run.defersBlocked = false;
  for (const step of run.ledger.steps('directory', 'blocked')) {
    run.ledger.finish(step, 'planned');
    await makeDirectory(run, step);
  }
  for (const step of run.ledger.steps('file', 'blocked')) await carryOutAnd(run, step, verifyAtOnce);
}

async function* preparedSteps(run: Run): AsyncGenerator<Step> {
  yield* stepsOf(run);
  if (run.options.compare === 'changed') run.end('prepare');
}

async function take(run: Run, step: Step, verifyAtOnce: boolean): Promise<void> {
  const planned = run.ledger.plan(step);
  if (step.lane === 'directory') await makeDirectory(run, planned);
  else if (step.lane === 'file') await carryOutAnd(run, planned, verifyAtOnce);
}

async function carryOutAnd(run: Run, step: Planned, verifyAtOnce: boolean): Promise<void> {
  const done = await carryOut(run, step);
  if (done && verifyAtOnce) await verifyItem(run, verifiable(done));
}
