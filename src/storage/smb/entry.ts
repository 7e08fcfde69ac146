import type { RelPath } from '../../base/path.ts';
import type { Entry, EntryKind, WindowsSecurity } from '../backend.ts';
import { ATTRIBUTE, CARRIED_ATTRIBUTES } from './operations/attributes.ts';

/** What a server tells of a file. Times in ns since the epoch. */
export interface Facts {
  readonly createdNs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly changedNs: bigint;
  readonly sizeBytes: bigint;
  readonly attributes: number;
  /** The number of the file in its volume. */
  readonly fileNumber: bigint;
  /** MS-FSCC 2.1.2.1; meaningless unless the attributes say that it is a reparse point. */
  readonly reparseTag: number;
}

/** A reparse point that stands for something else (MS-FSCC 2.1.2.1, the bit N). */
const NAME_SURROGATE = 0x20000000;

/** Links of a DFS namespace, which have the bit not. */
const DFS_TAGS: ReadonlySet<number> = new Set([0x8000000a, 0x80000012]);

/**
 * Whether it is a symbolic link, a junction or a link of DFS. Other reparse points, such as files that the server
 * keeps deduplicated or elsewhere, are read like any file.
 */
export function isLink({ attributes, reparseTag }: Pick<Facts, 'attributes' | 'reparseTag'>): boolean {
  if ((attributes & ATTRIBUTE.REPARSE_POINT) === 0) return false;
  return (reparseTag & NAME_SURROGATE) !== 0 || DFS_TAGS.has(reparseTag);
}

export function kindOf(facts: Pick<Facts, 'attributes' | 'reparseTag'>): EntryKind {
  if (isLink(facts)) return 'other';
  return (facts.attributes & ATTRIBUTE.DIRECTORY) === 0 ? 'file' : 'directory';
}

export function entryOf(path: RelPath, facts: Facts, security?: WindowsSecurity): Entry {
  const kind = kindOf(facts);
  const sizeBytes = kind === 'file' ? Number(facts.sizeBytes) : 0;
  return {
    path,
    kind,
    sizeBytes,
    mtimeNs: facts.mtimeNs,
    metadata: {
      atimeNs: facts.atimeNs,
      createdNs: facts.createdNs,
      windowsAttributes: facts.attributes & CARRIED_ATTRIBUTES,
      ...(kind === 'file' && (facts.attributes & ATTRIBUTE.SPARSE_FILE) !== 0 && { sparse: true }),
      ...(security && { security }),
    },
    token: `${facts.changedNs}-${facts.fileNumber}-${sizeBytes}-${facts.attributes}`,
  };
}
