import { parentOf } from '../base/path.ts';
import type { Entry, Stamp } from '../storage/backend.ts';
import { type Copied, CopyFailed, copyContent } from './copy.ts';
import { itemFailure } from './failure.ts';
import { giveUp } from './give-up.ts';
import type { Planned } from './ledger.ts';
import { linkIdOf } from './links.ts';
import type { Run } from './run.ts';
import { stampFor } from './stamp.ts';

/** The stamp that an item of this run gets. */
export function stampOf(run: Run, entry: Entry): Stamp {
  const { source, destination, options } = run;
  return stampFor(entry, {
    source: source.capabilities,
    destination: destination.capabilities,
    options,
  });
}

/**
 * Brings one item that is no directory to the destination. Returns the finished step; undefined when it
 * did not get there, which has been told then.
 */
export async function carryOut(run: Run, step: Planned): Promise<Planned | undefined> {
  const { entry, action } = step;
  try {
    const copied = await bring(run, step);
    if (action === 'copy' && run.destination.capabilities.childrenTouchParent)
      run.ledger.touch(parentOf(entry.path));
    run.ledger.finish(step, 'done', copied?.sha256);
    run.emit({
      type: 'transferred',
      action: action === 'copy' ? 'copy' : 'set-metadata',
      path: entry.path,
      kind: entry.kind,
      sizeBytes: copied?.bytes ?? 0,
      overwrote: step.over !== undefined,
      ...(copied?.versionId !== undefined && { versionId: copied.versionId }),
    });
    return copied ? { ...step, sha256: copied.sha256 } : step;
  } catch (error) {
    const [side, cause] =
      error instanceof CopyFailed ? [error.side, error.cause] : (['destination', error] as const);
    await giveUp(run, step, side, cause);
    return undefined;
  }
}

async function bring(run: Run, step: Planned): Promise<Copied | undefined> {
  const { entry, over } = step;
  const { destination, signal } = run;
  const { path, metadata } = entry;
  const stamp = stampOf(run, entry);
  const options = { signal, ...(over && { over }) };
  if (step.action === 'set-metadata') {
    await destination.setMetadata(path, stamp, options);
    return undefined;
  }
  if (step.linkTo !== undefined && (await linked(run, step))) return undefined;
  if (entry.kind === 'symlink' && destination.makeSymlink) {
    await destination.makeSymlink(path, await targetOf(run, step), stamp, options);
    return undefined;
  }
  if (metadata.device && destination.makeDevice) {
    await destination.makeDevice(path, metadata.device, stamp, options);
    return undefined;
  }
  return await copyContent(run, step, stamp);
}

/** False when the other name did not get there, or cannot have one more; the content is then sent by itself. */
async function linked(run: Run, { entry, linkTo }: Planned): Promise<boolean> {
  const first = run.ledger.firstName(linkIdOf(entry) ?? '');
  if (linkTo === undefined || !first || first.broken || !run.destination.makeHardLink) return false;
  try {
    await run.destination.makeHardLink(entry.path, linkTo, { signal: run.signal });
    return true;
  } catch (error) {
    const { message } = itemFailure(error, entry.path, run.signal);
    run.emit({
      type: 'warned',
      path: entry.path,
      message: `Copied as a file of its own, not as a link: ${message}`,
    });
    return false;
  }
}

/** Object stores keep the target of a link as the content. */
async function targetOf(run: Run, { entry, versionId }: Planned): Promise<string> {
  if (entry.metadata.linkTarget !== undefined) return entry.metadata.linkTarget;
  const chunks: Uint8Array[] = [];
  try {
    const options = { signal: run.signal, ...(versionId !== undefined && { versionId }) };
    for await (const chunk of run.source.read(entry.path, options)) chunks.push(chunk);
  } catch (error) {
    throw new CopyFailed('source', error);
  }
  return Buffer.concat(chunks).toString('utf8');
}
