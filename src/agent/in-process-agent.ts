import { type RelPath, ROOT, relPath } from '../base/path.ts';
import type { ActiveFaults } from '../faults/faults.ts';
import { noFaults } from '../faults/faults.ts';
import type { RunFaults } from '../faults/run-faults.ts';
import { type Backend, type StorageContext, StorageError } from '../storage/backend.ts';
import { STAGING_FOLDER, type StorageTarget } from '../storage/index.ts';
import { transfer } from '../transfer/engine.ts';
import {
  type ManifestSource,
  type Phase,
  type Side,
  type TransferControl,
  type TransferEvent,
  TransferFailed,
  type TransferOrder,
} from '../transfer/job.ts';
import type { Agent, ProbeOptions } from './agent.ts';
import { openLocation } from './open-location.ts';
import { refuseOverlap } from './overlap.ts';

/** An agent that carries orders out in this process. */
export function inProcessAgent(context: StorageContext, faults: ActiveFaults = noFaults): Agent {
  return {
    run: (order, control) => carryOutOrder(order, control, context, faults),
    probe: (target, options = {}) => probe(target, context, faults, options),
  };
}

async function* carryOutOrder(
  order: TransferOrder,
  control: TransferControl,
  context: StorageContext,
  faults: ActiveFaults,
): AsyncGenerator<TransferEvent> {
  const { signal } = control;
  signal.throwIfAborted();
  const itsFaults = faults.ofRun(order.labels ?? {}, { signal });
  await using source = await openSide('source', order.source, context, itsFaults, signal);
  await using destination = await openSide('destination', order.destination, context, itsFaults, signal);
  refuseOverlap(order);
  await using manifest = await openManifest(order.selection.manifest, context, signal);
  const { include, exclude } = order.selection;
  const { options, ledgerPath } = order;
  const body = manifest?.body ?? null;
  const beforePhase = async (phase: Phase) => {
    await control.beforePhase?.(phase);
    itsFaults.beginPhase(phase);
  };
  const events = transfer({
    source,
    destination,
    options,
    include,
    exclude,
    manifest: body,
    ledgerPath,
    control: { ...control, beforePhase },
  });
  for await (const event of events) {
    itsFaults.saw(event);
    yield event;
  }
}

async function openSide(
  side: Side,
  target: StorageTarget,
  context: StorageContext,
  faults: RunFaults,
  signal: AbortSignal,
): Promise<Backend> {
  try {
    return await openLocation(target, context, { signal }, { side, faults });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new TransferFailed(`${side}-unreachable`, error.message, { cause: error });
  }
}

interface OpenManifest extends AsyncDisposable {
  readonly body: AsyncIterable<Uint8Array>;
}

async function openManifest(
  manifest: ManifestSource | null,
  context: StorageContext,
  signal: AbortSignal,
): Promise<OpenManifest | null> {
  if (!manifest) return null;
  const { target, versionId } = manifest;
  try {
    const path = relPath(manifest.path);
    const backend = await openLocation(target, context, { signal });
    const body = backend.read(path, { signal, ...(versionId !== null && { versionId }) });
    return { body, [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose]() };
  } catch (error) {
    if (!(error instanceof StorageError || error instanceof TypeError)) throw error;
    const message = `The manifest cannot be read: ${error.message}`;
    throw new TransferFailed('manifest-unusable', message, { cause: error });
  }
}

const PROBE = STAGING_FOLDER as RelPath;

async function probe(
  target: StorageTarget,
  context: StorageContext,
  faults: ActiveFaults,
  { signal, need = 'read', labels }: ProbeOptions,
): Promise<void> {
  const options = signal ? { signal } : {};
  const side = need === 'read' ? 'source' : 'destination';
  const itsFaults = faults.ofRun(labels ? { [side]: labels } : {}, { signal });
  await using backend = await openLocation(target, context, options, { side, faults: itsFaults });
  const root = await backend.stat(ROOT, options);
  for await (const _ of backend.list(ROOT, options)) break;
  // An object store is not written to: what is put there and deleted may stay as a version, and costs money.
  if (need === 'read' || backend.capabilities.directories === 'implied') return;
  await backend.makeDirectory(PROBE, {}, options);
  await backend.remove(PROBE, options).catch((error: unknown) => {
    if (!(error instanceof StorageError) || error.kind !== 'DirectoryNotEmpty') throw error;
  });
  if (root.mtimeNs !== null) await backend.setMetadata(ROOT, { mtimeNs: root.mtimeNs }, options);
}
