import type { Driver } from './backend.ts';

export interface MemoryConfig {
  /** Name of the volume, such as `nas.memory`; it is made when it is not there. */
  readonly volume: string;
  /** Directory of the volume that is the location's root, absolute; made when it is not there. */
  readonly root: string;
  /** Names the helper folder of unfinished writes, `.aws-datasync/<stagingId>`. */
  readonly stagingId?: string;
}

export declare const memory: Driver<MemoryConfig>;
