// Which version of NFS a location is opened with.

import type { CallOptions, StorageContext } from '../backend.ts';
import type { NfsConfig } from '../nfs.ts';
import { StorageError, type StorageErrorKind } from '../storage-error.ts';
import { isFailure, translate } from './failures.ts';
import type { NfsClient } from './nfs-client.ts';
import { openNfs3 } from './v3/opening.ts';
import { openNfs4 } from './v4/open-nfs4.ts';

/** Opens a location with one version. */
export type OpenVersion = (
  config: NfsConfig,
  context: Pick<StorageContext, 'clock'>,
  options: CallOptions,
) => Promise<NfsClient>;

export type NfsVersion = Exclude<NfsConfig['version'], 'automatic'> | '4.2';
export type Versions = Readonly<Record<NfsVersion, OpenVersion>>;

export const VERSIONS: Versions = {
  '4.2': (config, context, options) => openNfs4(config, 2, context, options),
  '4.1': (config, context, options) => openNfs4(config, 1, context, options),
  '4.0': (config, context, options) => openNfs4(config, 0, context, options),
  '3': openNfs3,
};

/**
 * Opens a location with the version that it asks for. `automatic` is 4.1, and what the server has instead; 4.2 is
 * 4.1 for a server that can also tell where a file has holes.
 * @source AWS API reference, NfsMountOptions: AUTOMATIC chooses 4.1, and falls back
 * @throws StorageError, as `Driver.open` does
 */
export function openVersion(
  config: NfsConfig,
  context: Pick<StorageContext, 'clock'>,
  options: CallOptions,
  versions: Versions = VERSIONS,
): Promise<NfsClient> {
  const open = (version: NfsVersion) => openOne(version, versions[version], config, context, options);
  return config.version === 'automatic' ? openAutomatic(config, options, open) : open(config.version);
}

async function openAutomatic(
  config: NfsConfig,
  { signal }: CallOptions,
  open: (version: NfsVersion) => Promise<NfsClient>,
): Promise<NfsClient> {
  let version: NfsVersion = '4.2';
  let before: unknown;
  for (;;) {
    try {
      return await open(version);
    } catch (error) {
      signal?.throwIfAborted();
      const next = nextAfter(version, error, config);
      if (!next) throw clearer(before, error);
      before = error;
      version = next;
    }
  }
}

async function openOne(
  version: NfsVersion,
  open: OpenVersion,
  config: NfsConfig,
  context: Pick<StorageContext, 'clock'>,
  options: CallOptions,
): Promise<NfsClient> {
  try {
    return await open(config, context, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isFailure(error, NO_MINOR_VERSION)) throw translate(error, `${config.host}:${config.path}`);
    const message = `${config.host} has no NFS version ${version}. Choose another version, or let the server offer it.`;
    throw new StorageError('Unsupported', config.host, message, { code: NO_MINOR_VERSION, cause: error });
  }
}

const NO_MINOR_VERSION = 'MINOR_VERS_MISMATCH';
const NO_VERSION_4 = ['PROG_MISMATCH', 'PROG_UNAVAIL'];

const LOWER = { '4.2': '4.1', '4.1': '4.0', '4.0': '3' } as const;

/** What is left to be tried when `error` means that the server does not offer `version`. */
function nextAfter(version: NfsVersion, error: unknown, config: NfsConfig): NfsVersion | undefined {
  if (version === '3' || !(error instanceof StorageError)) return undefined;
  const { kind, code = '' } = error;
  if (code === NO_MINOR_VERSION) return LOWER[version];
  // Version 3 asks the portmapper where it is; and old servers show less of their exports to version 4.
  const elsewhere = code === 'ECONNREFUSED' && config.port === undefined;
  return NO_VERSION_4.includes(code) || elsewhere || kind === 'NotFound' ? '3' : undefined;
}

/** Of the failures of two versions, the one that tells people more. */
function clearer(before: unknown, last: unknown): unknown {
  if (!(before instanceof StorageError && last instanceof StorageError)) return last;
  if (before.kind === 'NotFound') return before;
  return before.kind === 'Unreachable' && NOT_THERE.includes(last.kind) ? before : last;
}

const NOT_THERE: readonly StorageErrorKind[] = ['Unreachable', 'Unsupported'];
