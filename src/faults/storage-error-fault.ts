import { StorageError, type StorageErrorKind } from '../storage/backend.ts';
import { type ChunkFilter, defineFault, type Fault } from './fault.ts';
import { text, wholeNumber } from './members.ts';
import type { StorageCall } from './occasion.ts';

/** A fault by which calls of a storage fail. */
export interface StorageErrorFault extends Pick<Fault, 'name' | 'summary' | 'example'> {
  readonly kind: StorageErrorKind;
  /** What the storage itself would say, such as `EACCES`. */
  readonly code: string;
  /** Begins the message, in the words of the operating system or of S3. */
  readonly says: string;
  readonly calls: readonly StorageCall[];
}

/** Calls that look at a content or change something; not `open`, `list` and `stat`. */
export const WORK: readonly StorageCall[] = [
  'read',
  'write',
  'make-directory',
  'remove',
  'set-metadata',
  'link',
];

/** Makes the fault of one kind of storage error. */
export function storageErrorFault({ kind, code, says, ...about }: StorageErrorFault): Fault {
  return defineFault({
    ...about,
    kind: 'storage',
    with: {
      afterBytes: wholeNumber('Not before so many bytes of the content have been read or written'),
      message: text(`What the error says instead of "${says}"`),
    },
    seams: ({ afterBytes = 0, message = says }) => ({
      storage({ rule, path, call }) {
        const fail = () => {
          const where = call === 'open' ? 'the location' : `/${path}`;
          throw new StorageError(kind, path, `${message}: ${call} of ${where} (made by the fault ${rule}).`, {
            code,
          });
        };
        return afterBytes > 0 && (call === 'read' || call === 'write')
          ? failingAfter(afterBytes, fail)
          : fail();
      },
    }),
  });
}

/** Fails at the chunk that goes beyond so many bytes. */
function failingAfter(bytes: number, fail: () => never): ChunkFilter {
  let left = bytes;
  return async (chunk) => {
    left -= chunk.length;
    return left < 0 ? fail() : chunk;
  };
}
