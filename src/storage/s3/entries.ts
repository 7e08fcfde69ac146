// Objects as entries.

import type { RelPath } from '../../base/path.ts';
import type { Entry, EntryKind } from '../backend.ts';
import type { Headers } from './client.ts';
import { contentOf, storedOf, tokenOf, userMetadataOf } from './object-headers.ts';
import { readPosixMetadata } from './posix-metadata.ts';

/** Longer contents than this are no link targets, whatever the metadata says. */
const MAX_TARGET_BYTES = 4096;

/** What HEAD or GET answered for the key of a file or a link; a link still lacks its target. */
export function objectEntry(path: RelPath, headers: Headers): Entry {
  const isLink =
    readPosixMetadata(userMetadataOf(headers)).kind === 'symlink' &&
    contentLength(headers) <= MAX_TARGET_BYTES;
  return entryOf(path, isLink ? 'symlink' : 'file', headers);
}

/** What HEAD answered for the marker of a directory. */
export function directoryEntry(path: RelPath, headers: Headers): Entry {
  return entryOf(path, 'directory', headers);
}

/** A directory without a marker. */
export function impliedDirectory(path: RelPath): Entry {
  return { path, kind: 'directory', sizeBytes: 0, mtimeNs: null, metadata: {}, implied: true };
}

export function contentLength(headers: Headers): number {
  const bytes = Number(headers['content-length']);
  return Number.isSafeInteger(bytes) ? bytes : 0;
}

function entryOf(path: RelPath, kind: EntryKind, headers: Headers): Entry {
  const user = userMetadataOf(headers);
  const { kind: _, mtimeNs = null, ...posix } = readPosixMetadata(user);
  const content = contentOf(headers);
  const stored = storedOf(headers);
  return {
    path,
    kind,
    sizeBytes: kind === 'file' ? contentLength(headers) : 0,
    mtimeNs,
    metadata: { ...posix, user, ...(Object.keys(content).length > 0 ? { content } : {}), ...stored },
    token: tokenOf(stored),
  };
}
