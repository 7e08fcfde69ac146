import type { RelPath } from '../base/path.ts';
import type { Entry } from '../storage/backend.ts';
import type { Pair } from './decide.ts';
import { HARD_LINK_KEY } from './object-metadata.ts';
import type { Run } from './run.ts';

/** One name of a file that has several. */
export interface LinkName {
  readonly id: string;
  /** The name that came first; undefined for the first itself. */
  readonly first: RelPath | undefined;
  /** At the destination the two names are not one file, and have to become one. */
  readonly apart: boolean;
}

/**
 * What is equal for all names of one file: what the file system says, or what the transfer to an object
 * store has left with the objects. Objects count as one file only while their content is the same.
 */
export function linkIdOf({ kind, metadata, sizeBytes }: Entry): string | undefined {
  if (kind !== 'file') return undefined;
  if (metadata.hardLinkId !== undefined) return metadata.hardLinkId;
  const kept = metadata.user?.[HARD_LINK_KEY];
  return kept === undefined ? undefined : `${kept} ${sizeBytes} ${metadata.etag ?? ''}`;
}

/** What the item is among the names of its file; undefined where names do not matter. */
export function linkNameOf(run: Run, { source, destination }: Pair): LinkName | undefined {
  const id = run.destination.makeHardLink && linkIdOf(source);
  if (id === undefined) return undefined;
  const first = run.ledger.firstName(id);
  if (!first || first.path === source.path) return { id, first: undefined, apart: false };
  if (destination && !run.options.overwrite) return { id, first: undefined, apart: false };
  const there = destination?.metadata.hardLinkId;
  return { id, first: first.path, apart: there === undefined || there !== first.destinationId };
}

/** Remembers the first name that is, or will be, at the destination. */
export function noteFirstName(run: Run, { source, destination }: Pair, link: LinkName | undefined): void {
  if (!link || link.first !== undefined) return;
  run.ledger.setFirstName(link.id, source.path, destination?.metadata.hardLinkId);
}
