import { realpathSync } from 'node:fs';
import type { Backend, CallOptions, Driver, StorageContext } from './backend.ts';
import { STAGING_FOLDER } from './files/staging.ts';
import { type LocalConfig, local } from './local.ts';
import { type MemoryConfig, memory } from './memory.ts';
import { type NfsConfig, nfs } from './nfs.ts';
import { type S3Config, s3 } from './s3.ts';
import { type SmbConfig, smb } from './smb.ts';
import { type UnbuiltConfig, unbuilt } from './unbuilt.ts';

/** The table of drivers: a new kind of storage is one file and one line here. */
const drivers = {
  memory,
  directory: local,
  nfs,
  s3,
  smb,
  unbuilt,
} as const;

/** Where the bytes of a location are. Serialisable: a transfer order carries two of these. */
export type StorageTarget =
  | ({ readonly driver: 'memory' } & MemoryConfig)
  | ({ readonly driver: 'directory' } & LocalConfig)
  | ({ readonly driver: 'nfs' } & NfsConfig)
  | ({ readonly driver: 's3' } & S3Config)
  | ({ readonly driver: 'smb' } & SmbConfig)
  | ({ readonly driver: 'unbuilt' } & UnbuiltConfig);

export type { LocalConfig, MemoryConfig, NfsConfig, S3Config, SmbConfig, UnbuiltConfig };
export { STAGING_FOLDER };

/** @throws StorageError when the location is not to be had; see `Driver.open`. */
export function openBackend(
  target: StorageTarget,
  context: StorageContext,
  options?: CallOptions,
): Promise<Backend> {
  const driver = drivers[target.driver] as Driver<StorageTarget>;
  return driver.open(target, context, options);
}

const namesOf = (path: string) => path.split('/').filter((name) => name !== '');

/**
 * Where the bytes of a target are, as names from the outermost to the innermost: a target lies inside another one
 * when its names begin with all of the other's.
 */
export function placeOf(target: StorageTarget): readonly string[] {
  switch (target.driver) {
    case 'memory':
      return [target.driver, target.volume, ...namesOf(target.root)];
    case 'directory':
      return [target.driver, ...namesOf(realPath(target.directory)), ...namesOf(target.root)];
    case 'nfs':
      return [target.driver, hostAndPort(target, 2049), ...namesOf(target.path)];
    case 'smb':
      return [target.driver, hostAndPort(target, 445), target.share.toLowerCase(), ...namesOf(target.root)];
    case 's3':
      return [target.driver, target.endpoint, target.bucket, ...namesOf(target.prefix)];
    case 'unbuilt':
      return [target.driver, target.label];
  }
}

const hostAndPort = ({ host, port }: { host: string; port?: number }, usual: number) =>
  `${host.toLowerCase()}:${port ?? usual}`;

/** What cannot be followed is refused when it is opened. */
function realPath(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}
