import type { Driver } from './backend.ts';

export interface LocalConfig {
  /** The directory that stands for the export or share; absolute. */
  readonly directory: string;
  /** Below it, relative, "/"-separated; "" for the directory itself. */
  readonly root: string;
  /** Names the helper folder of unfinished writes, `.aws-datasync/<stagingId>`. */
  readonly stagingId?: string;
}

export declare const local: Driver<LocalConfig>;
