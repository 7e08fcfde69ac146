// NFS as a storage: a client of our own over TCP. The parts are in storage/nfs/.

import type { Driver } from './backend.ts';
import { nfsTree } from './nfs/nfs-tree.ts';
import { openVersion } from './nfs/versions.ts';

export interface NfsConfig {
  readonly host: string;
  /** Of the NFS service. Undefined: what the portmapper says for version 3, else 2049. */
  readonly port?: number;
  /** Of the MOUNT service of version 3. Undefined: what the portmapper says. */
  readonly mountPort?: number;
  /** `automatic`: 4.1, and what the server has instead. */
  readonly version: 'automatic' | '3' | '4.0' | '4.1';
  /** The location's root as the server calls it: an export or a directory below one, such as `/export/photos`. */
  readonly path: string;
  /** Who asks, by AUTH_SYS. Default 0 and 0, root. @source AWS user guide, "Configuring transfers with an NFS file server" */
  readonly uid?: number;
  readonly gid?: number;
  /** Names the helper folder of unfinished writes, `.aws-datasync/<stagingId>`. */
  readonly stagingId?: string;
}

/** An export of an NFS server, or a directory below one. No path leads out of it. */
export const nfs: Driver<NfsConfig> = {
  async open(config, context, options = {}) {
    options.signal?.throwIfAborted();
    const { clock } = context;
    const { stagingId } = config;
    const client = await openVersion(config, context, options);
    return nfsTree(client, { ...options, label: labelOf(config), clock, stagingId });
  },
};

function labelOf({ host, port, path }: NfsConfig): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  return `nfs://${shown}${port === undefined ? '' : `:${port}`}${path.startsWith('/') ? path : `/${path}`}`;
}
