import { isUtf8 } from 'node:buffer';
import type { RelPath } from '../../base/path.ts';
import type { CallOptions, Capabilities, Entry, EntryKind, Metadata } from '../backend.ts';
import { failed } from '../files/errors.ts';
import type { NfsAttributes, NfsClient, NfsLimits, Node, NodeType } from './nfs-client.ts';
import type { NfsTree } from './tree.ts';

export const KINDS: Readonly<Record<NodeType, EntryKind>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  block: 'device',
  character: 'device',
  socket: 'other',
  fifo: 'other',
};

const KEPT: readonly (keyof Metadata)[] = [
  ...(['mode', 'uid', 'gid', 'atimeNs'] as const),
  ...(['linkTarget', 'hardLinkId', 'sparse', 'device'] as const),
];

/**
 * What a server with these limits can keep. Whether it lets us set owners, only trying shows. nfs-ganesha takes times
 * of symbolic links without a word and does not set them.
 */
export function capabilitiesOf(
  { maxFileBytes, maxNameBytes, timeStepNs }: NfsLimits,
  root: NfsAttributes,
): Capabilities {
  return {
    mtimePrecisionNs: keptStep(timeStepNs, root),
    linkTimes: 'unsure',
    directories: 'real',
    childrenTouchParent: true,
    caseSensitive: true,
    sparse: true,
    metadata: new Set(KEPT),
    maxFileBytes,
    maxNameBytes,
    maxPathBytes: 4096,
  };
}

/** nfs-ganesha promises 100 ns whatever its file systems keep; what the times of the root show is believed instead. */
function keptStep(promisedNs: bigint, { atimeNs, mtimeNs }: NfsAttributes): bigint {
  return [atimeNs, mtimeNs].every((ns) => ns % promisedNs === 0n) ? promisedNs : 1n;
}

/** Everything known of `node` at `path`; of a symbolic link, its target is read. */
export async function entryOf(
  tree: NfsTree,
  path: RelPath,
  { handle, attributes }: Node,
  options: CallOptions = {},
): Promise<Entry> {
  if (attributes.type !== 'symlink') return entryFrom(tree, path, attributes);
  return entryFrom(tree, path, attributes, await linkTarget(tree.client, path, handle, options));
}

/** What `attributes` tell of `path`. */
export function entryFrom(
  { capabilities }: Pick<NfsTree, 'capabilities'>,
  path: RelPath,
  attributes: NfsAttributes,
  linkTarget?: string,
): Entry {
  const kind = KINDS[attributes.type];
  const stepNs = capabilities.mtimePrecisionNs ?? 1n;
  const { mode, uid, gid } = attributes;
  return {
    path,
    kind,
    sizeBytes: kind === 'file' ? attributes.sizeBytes : 0,
    mtimeNs: cut(attributes.mtimeNs, stepNs),
    metadata: {
      mode,
      uid,
      gid,
      atimeNs: cut(attributes.atimeNs, stepNs),
      ...extras(attributes),
      ...(linkTarget === undefined ? {} : { linkTarget }),
    },
    token: `${BigInt.asUintN(64, attributes.change)}-${attributes.fileId}`,
  };
}

function cut(ns: bigint, stepNs: bigint): bigint {
  if (stepNs <= 1n) return ns;
  return ns - (((ns % stepNs) + stepNs) % stepNs);
}

function extras(attributes: NfsAttributes): Metadata {
  const { type, fileSystemId, fileId, linkCount, sizeBytes, usedBytes, device } = attributes;
  if (type === 'block' || type === 'character') return { device: { type, ...device } };
  if (type !== 'file') return {};
  return {
    ...(linkCount > 1 ? { hardLinkId: `${fileSystemId}:${fileId}` } : {}),
    ...(usedBytes < sizeBytes ? { sparse: true } : {}),
  };
}

async function linkTarget(
  client: NfsClient,
  path: RelPath,
  handle: Uint8Array,
  options: CallOptions,
): Promise<string> {
  const target = await client.readLink(handle, options);
  if (!isUtf8(target)) throw failed('EILSEQ', path);
  return Buffer.from(target).toString();
}
