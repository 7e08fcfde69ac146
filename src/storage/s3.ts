// S3 as a storage: any endpoint that speaks it. The parts are in storage/s3/; requests go out in client.ts only.

import type { Driver } from './backend.ts';
import { S3Client } from './s3/client.ts';
import type { S3Config } from './s3/config.ts';
import { S3Backend } from './s3/s3-backend.ts';

export type { S3Config };

/** Nobody wants to wait for a location that is not there. */
const OPENING_ATTEMPTS = 2;

/** Opening lists one key, so that a missing bucket or refused credentials are told at once. */
export const s3: Driver<S3Config> = {
  async open(config, { clock }, options = {}) {
    const client = new S3Client(config, clock);
    const backend = new S3Backend(config, client);
    try {
      await client.call(
        {
          operation: 'ListObjectsV2',
          path: backend.label,
          method: 'GET',
          query: { 'list-type': '2', 'max-keys': '1', prefix: config.prefix },
          signal: options.signal,
        },
        OPENING_ATTEMPTS,
      );
      return backend;
    } catch (error) {
      await client.close();
      throw error;
    }
  },
};
