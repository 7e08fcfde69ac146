import type { RelPath } from '../base/path.ts';
import type { Entry, StorageError, Unusable } from '../storage/backend.ts';
import type { Side } from './job.ts';

/** What is found in two locations. */
export type Found =
  /**
   * An item of the run; at least one side has it. A directory comes before what is in it, but one that only
   * the destination has comes after, and only if nothing in it is to stay.
   */
  | {
      readonly type: 'pair';
      readonly source: Entry | undefined;
      readonly destination: Entry | undefined;
      /** The listing of the destination has not shown it, but perhaps under a name in other letters: `stat` tells. */
      readonly unsure?: boolean;
      /** The destination takes its name for that of an item that came before. */
      readonly collides?: boolean;
    }
  /** An item of the source that the exclude filter leaves out. */
  | { readonly type: 'excluded'; readonly entry: Entry }
  | { readonly type: 'unusable'; readonly side: Side; readonly item: Unusable }
  /** A directory that could not be read to its end; nothing more of it follows. */
  | {
      readonly type: 'unlisted';
      readonly side: Side;
      readonly directory: RelPath;
      readonly error: StorageError;
    };
