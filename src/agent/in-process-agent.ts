import { type RelPath, ROOT, relPath } from '../base/path.ts';
import { type Backend, type StorageContext, StorageError } from '../storage/backend.ts';
import { STAGING_FOLDER, type StorageTarget } from '../storage/index.ts';
import { transfer } from '../transfer/engine.ts';
import {
  type ManifestSource,
  type Side,
  type TransferControl,
  type TransferEvent,
  TransferFailed,
  type TransferOrder,
} from '../transfer/job.ts';
import type { Agent } from './agent.ts';
import { openLocation } from './open-location.ts';
import { refuseOverlap } from './overlap.ts';

/** An agent that carries orders out in this process. */
export function inProcessAgent(context: StorageContext): Agent {
  return {
    run: (order, control) => carryOutOrder(order, control, context),
    probe: (target, options = {}) => probe(target, context, options),
  };
}

async function* carryOutOrder(
  order: TransferOrder,
  control: TransferControl,
  context: StorageContext,
): AsyncGenerator<TransferEvent> {
  const { signal } = control;
  signal.throwIfAborted();
  await using source = await openSide('source', order.source, context, signal);
  await using destination = await openSide('destination', order.destination, context, signal);
  refuseOverlap(order);
  await using manifest = await openManifest(order.selection.manifest, context, signal);
  const { include, exclude } = order.selection;
  const { options, ledgerPath } = order;
  const body = manifest?.body ?? null;
  const events = transfer({
    source,
    destination,
    options,
    include,
    exclude,
    manifest: body,
    ledgerPath,
    control,
  });
  for await (const event of events) yield event;
}

async function openSide(
  side: Side,
  target: StorageTarget,
  context: StorageContext,
  signal: AbortSignal,
): Promise<Backend> {
  try {
    return await openLocation(target, context, { signal });
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
  { signal, need = 'read' }: NonNullable<Parameters<Agent['probe']>[1]>,
): Promise<void> {
  const options = signal ? { signal } : {};
  await using backend = await openLocation(target, context, options);
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
