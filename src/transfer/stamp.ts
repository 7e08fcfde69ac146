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

function posixStamp(entry: Entry, rules: StampRules): Stamp {
  const { destination, options } = rules;
  const { preserve } = options;
  const { metadata } = entry;
  const keeps = (member: keyof Metadata) => destination.metadata.has(member);
  const mtimeNs = entry.mtimeNs ?? metadata.lastModifiedNs;
  const link = keeps('user') ? metadata.hardLinkId : undefined;
  return {
    ...(preserve.mtime && destination.mtimePrecisionNs !== null && mtimeNs !== undefined && { mtimeNs }),
    ...(preserve.atime &&
      keeps('atimeNs') &&
      metadata.atimeNs !== undefined && { atimeNs: metadata.atimeNs }),
    ...ownership(entry, rules),
    ...windowsStamp(entry, rules),
    ...(link !== undefined && { user: { [HARD_LINK_KEY]: link } }),
  };
}

/** Mode and owners: the source's, where they are preserved; the defaults where it has none, or none that mean something. */
function ownership(entry: Entry, { destination, options }: StampRules): Stamp {
  const { preserve, defaults } = options;
  const defaultMode = entry.kind === 'directory' ? defaults.directoryMode : defaults.fileMode;
  const wanted = { mode: defaultMode, uid: defaults.uid, gid: defaults.gid };
  const stamp: { mode?: number; uid?: number; gid?: number } = {};
  for (const member of ['mode', 'uid', 'gid'] as const) {
    if (!destination.metadata.has(member)) continue;
    if (preserve[member]) stamp[member] = entry.metadata[member] ?? wanted[member];
    else if (defaults.always) stamp[member] = wanted[member];
  }
  return stamp;
}

/** @source AWS user guide, "How DataSync handles file and object metadata": SMB to SMB */
function windowsStamp({ metadata }: Entry, { source, destination, options }: StampRules): Stamp {
  const { preserve } = options;
  const { createdNs, windowsAttributes, security } = metadata;
  const kept = (member: keyof Metadata) => source.metadata.has(member) && destination.metadata.has(member);
  return {
    ...(preserve.mtime && kept('createdNs') && createdNs !== undefined && { createdNs }),
    ...(kept('windowsAttributes') && windowsAttributes !== undefined && { windowsAttributes }),
    ...(preserve.security !== 'nothing' && kept('security') && security && { security }),
  };
}
