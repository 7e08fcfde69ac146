import { nameOf } from '../base/path.ts';
import { type Backend, type Entry, StorageError } from '../storage/backend.ts';
import { type CompareRules, type Differences, differences } from './compare.ts';
import type { Side, SkipReason, TransferOptions } from './job.ts';

/** An item as both sides have it. */
export interface Pair {
  readonly source: Entry;
  readonly destination: Entry | undefined;
}

/** What is to be done with an item of the source, or why nothing. */
export type Decision =
  | { readonly do: 'copy' | 'set-metadata' }
  | { readonly skip: SkipReason; readonly message?: string }
  | { readonly fail: StorageError; readonly side: Side };

export interface DecideRules {
  readonly options: Pick<TransferOptions, 'overwrite' | 'compare' | 'preserve'>;
  readonly compare: CompareRules;
  readonly destination: Pick<Backend, 'capabilities' | 'makeSymlink' | 'makeDevice'>;
}

/** Decides on one item. What exists on both sides must be complete (not `partial`). */
export function decide(pair: Pair, rules: DecideRules): Decision {
  const { source } = pair;
  const destination = existing(pair);
  const hindrance = unsupported(source, rules) ?? unfit(source, rules.destination);
  if (hindrance) return hindrance;
  if (destination && !rules.options.overwrite) return { skip: 'exists' };
  const found =
    destination && rules.options.compare === 'changed' && differences(source, destination, rules.compare);
  const decision = act(source, destination, found || undefined);
  return 'do' in decision && decision.do === 'copy' ? (unreadable(source, rules) ?? decision) : decision;
}

/** What the destination really has: a directory that only its children imply is not there yet when the source has a real one. */
export function existing({ source, destination }: Pair): Entry | undefined {
  return destination?.implied && !source.implied ? undefined : destination;
}

function act(source: Entry, destination: Entry | undefined, found: Differences | undefined): Decision {
  if (!destination) return { do: 'copy' };
  if (!found)
    return { do: source.kind === 'directory' && destination.kind === 'directory' ? 'set-metadata' : 'copy' };
  if (found.content.length > 0) return { do: 'copy' };
  return found.metadata.length > 0 ? { do: 'set-metadata' } : { skip: 'unchanged' };
}

function unsupported(source: Entry, { options, destination }: DecideRules): Decision | undefined {
  const { kind } = source;
  if (kind === 'other')
    return { skip: 'unsupported-kind', message: 'Sockets, FIFOs and the like are not transferred.' };
  if (kind === 'device' && !(options.preserve.devices && destination.makeDevice)) {
    const why = destination.makeDevice
      ? 'the task does not preserve devices'
      : 'the destination cannot hold one';
    return { skip: 'unsupported-kind', message: `A device is not transferred: ${why}.` };
  }
  if (kind === 'symlink' && !destination.makeSymlink)
    return refuse('Unsupported', source, 'The destination cannot hold symbolic links.');
  return undefined;
}

const refuse = (kind: StorageError['kind'], source: Entry, message: string): Decision => ({
  fail: new StorageError(kind, source.path, message),
  side: 'destination',
});

const bytesOf = (text: string, limit: number) => (text.length * 3 <= limit ? 0 : Buffer.byteLength(text));

function unfit(source: Entry, { capabilities }: DecideRules['destination']): Decision | undefined {
  const { maxNameBytes, maxPathBytes, maxFileBytes, refusedNames } = capabilities;
  if (refusedNames?.test(nameOf(source.path)))
    return refuse('InvalidName', source, 'Invalid argument: the destination cannot hold this name.');
  if (bytesOf(nameOf(source.path), maxNameBytes) > maxNameBytes)
    return refuse('NameTooLong', source, `File name too long: the destination takes ${maxNameBytes} bytes.`);
  if (bytesOf(source.path, maxPathBytes) > maxPathBytes)
    return refuse('NameTooLong', source, `Path too long: the destination takes ${maxPathBytes} bytes.`);
  if (source.sizeBytes > maxFileBytes)
    return refuse('TooLarge', source, `File too large: the destination takes ${maxFileBytes} bytes.`);
  return undefined;
}

/** What stands in the way of a copy, but not of leaving the item as it is. */
function unreadable(source: Entry, { options, compare, destination }: DecideRules): Decision | undefined {
  if (source.metadata.archived)
    return { skip: 'archived', message: 'The object is archived; restore it before it is transferred.' };
  const { tags } = source.metadata;
  const tagged = options.preserve.tags && tags !== undefined && Object.keys(tags).length > 0;
  if (tagged && compare.user && !destination.capabilities.metadata.has('tags'))
    return refuse('Unsupported', source, 'The object has tags, and the destination cannot hold tags.');
  return undefined;
}
