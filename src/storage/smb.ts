// SMB as a storage: a client of our own over TCP. The parts are in storage/smb/.

import { type Driver, StorageError } from './backend.ts';
import { openSmbTree } from './smb/open-tree.ts';
import { smbFiles } from './smb/smb-files.ts';

export interface SmbConfig {
  readonly host: string;
  /** Default 445. */
  readonly port?: number;
  readonly share: string;
  /** Directory of the share that is the location's root, "/"-separated; "" for the share itself. */
  readonly root: string;
  readonly user: string;
  /** "" when there is none. */
  readonly domain: string;
  readonly password: string;
  /** `automatic`: the best from 2.1 to 3.1.1 that the server has. @source AWS API Reference, SmbMountOptions */
  readonly version: 'automatic' | '2.0.2' | '2.1' | '3.0.2';
  /** Names the helper folder of unfinished writes, `.aws-datasync/<stagingId>`. */
  readonly stagingId?: string;
}

/** A share of an SMB server, or a directory of it. No path leads out of it. */
export const smb: Driver<SmbConfig> = {
  async open(config, context, options = {}) {
    options.signal?.throwIfAborted();
    const { root, stagingId } = config;
    const tree = await openSmbTree(config, context, options);
    try {
      const place = { label: labelOf(config), root: cleaned(root), stagingId, clock: context.clock };
      return await smbFiles(tree, place, options);
    } catch (error) {
      await tree[Symbol.asyncDispose]();
      throw error;
    }
  },
};

/** Names only: no path of a user leads out of the share. @throws StorageError NotFound */
function cleaned(root: string): string {
  const names = root.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw new StorageError('NotFound', root, 'No such file or directory');
  return names.join('/');
}

function labelOf({ host, port, share, root }: SmbConfig): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  const at = port === undefined ? shown : `${shown}:${port}`;
  return `smb://${[at, share, ...root.split('/')].filter((part) => part !== '').join('/')}`;
}
