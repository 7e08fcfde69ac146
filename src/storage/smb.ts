// SMB as a storage: a client of our own over TCP. The parts are in storage/smb/.

import { type Driver, StorageError } from './backend.ts';

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

/** A share of an SMB server. */
export const smb: Driver<SmbConfig> = {
  async open({ host, share }) {
    const message = 'The client for SMB is not there yet.';
    throw new StorageError('Unsupported', `smb://${host}/${share}`, message);
  },
};
