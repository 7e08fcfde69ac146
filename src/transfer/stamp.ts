import type { Capabilities, Entry, Metadata, Stamp } from '../storage/backend.ts';
import type { TransferOptions } from './job.ts';
import { HARD_LINK_KEY } from './object-metadata.ts';

/** What a stamp depends on beside the entry. */
export interface StampRules {
  readonly source: Capabilities;
  readonly destination: Capabilities;
  readonly options: Pick<TransferOptions, 'preserve' | 'defaults' | 'order'>;
}

/**
 * What is written beside the content of `entry`. Between object stores user metadata, content headers and
 * tags go as they are; else POSIX metadata, with the run's defaults where the source says nothing.
 */
export function stampFor(entry: Entry, rules: StampRules): Stamp {
  const { source, destination } = rules;
  const objectToObject = source.metadata.has('user') && destination.metadata.has('user');
  return objectToObject ? objectStamp(entry, rules) : posixStamp(entry, rules);
}

function objectStamp(entry: Entry, { destination, options }: StampRules): Stamp {
  const { user = {}, content, tags, lastModifiedNs } = entry.metadata;
  const adds = options.order === 'pipelined' && options.preserve.mtime && user['file-mtime'] === undefined;
  return {
    user,
    ...(content && { content }),
    ...(options.preserve.tags && destination.metadata.has('tags') && tags && { tags }),
    // @source AWS user guide, log of an Enhanced task: the copy carries file-mtime, made from LastModified
    ...(adds && lastModifiedNs !== undefined && { mtimeNs: lastModifiedNs }),
  };
}

function posixStamp(entry: Entry, { destination, options }: StampRules): Stamp {
  const { preserve, defaults } = options;
  const { metadata } = entry;
  const keeps = (member: keyof Metadata) => destination.metadata.has(member);
  const defaultMode = entry.kind === 'directory' ? defaults.directoryMode : defaults.fileMode;
  const mtimeNs = entry.mtimeNs ?? metadata.lastModifiedNs;
  const link = keeps('user') ? metadata.hardLinkId : undefined;
  return {
    ...(preserve.mtime && destination.mtimePrecisionNs !== null && mtimeNs !== undefined && { mtimeNs }),
    ...(preserve.atime &&
      keeps('atimeNs') &&
      metadata.atimeNs !== undefined && { atimeNs: metadata.atimeNs }),
    ...(preserve.mode && keeps('mode') && { mode: metadata.mode ?? defaultMode }),
    ...(preserve.uid && keeps('uid') && { uid: metadata.uid ?? defaults.uid }),
    ...(preserve.gid && keeps('gid') && { gid: metadata.gid ?? defaults.gid }),
    ...(link !== undefined && { user: { [HARD_LINK_KEY]: link } }),
  };
}
