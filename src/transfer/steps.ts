import { inOrder } from './in-order.ts';
import type { Step } from './ledger.ts';
import { inspectNamed } from './manifest.ts';
import { march } from './march.ts';
import { inspect, type Known, plan } from './plan.ts';
import type { Run } from './run.ts';
import { WIDTH } from './widths.ts';

/** Finds all items of the run and yields what is to be done with them, in the order of the listings. */
export async function* stepsOf(run: Run): AsyncGenerator<Step> {
  for await (const known of everythingKnown(run)) {
    await run.pause();
    const step = await plan(run, known);
    if (step) yield step;
  }
}

function everythingKnown(run: Run): AsyncGenerator<Known> {
  if (run.listed) return inOrder(named(run), WIDTH.questions, (entry) => inspectNamed(run, entry));
  const { source, destination, view, options, ioClock, signal } = run;
  const { tags: _tags, ...security } = run.asks.source;
  const found = march({
    source,
    destination: options.compare === 'changed' ? destination : null,
    view,
    extras: options.removeExtra,
    insideExcluded: options.order === 'pipelined',
    ...security,
    ioClock,
    signal,
  });
  return inOrder(found, WIDTH.questions, (one) => inspect(run, one));
}

async function* named(run: Run) {
  yield* run.ledger.manifest();
}
