import type { Facts } from './entry.ts';
import { nsOfFileTime } from './operations/file-time.ts';
import { ENTRY } from './operations/query-directory.ts';

/** What is kept of an entry, one behind the other: times and size, attributes, reparse tag, number. */
const PARTS = [
  [ENTRY.CREATED, 40],
  [ENTRY.ATTRIBUTES, 4],
  [ENTRY.EA_SIZE, 4],
  [ENTRY.FILE_ID, 8],
] as const;
const RECORD_BYTES = 56;
const BLOCK_RECORDS = 1024;

/** Facts of very many entries in little memory, outside the heap. */
export class FactsKept {
  readonly #blocks: Buffer[] = [];
  #count = 0;

  /** Keeps what `entry` tells; the number finds it again. @param entry as `decodePage` cuts it */
  add(entry: Buffer): number {
    const number = this.#count++;
    const block = this.#block(number);
    let at = (number % BLOCK_RECORDS) * RECORD_BYTES;
    for (const [from, bytes] of PARTS) {
      entry.copy(block, at, from, from + bytes);
      at += bytes;
    }
    return number;
  }

  get(number: number): Facts {
    const block = this.#block(number);
    const at = (number % BLOCK_RECORDS) * RECORD_BYTES;
    return {
      createdNs: nsOfFileTime(block.readBigUInt64LE(at)),
      atimeNs: nsOfFileTime(block.readBigUInt64LE(at + 8)),
      mtimeNs: nsOfFileTime(block.readBigUInt64LE(at + 16)),
      changedNs: nsOfFileTime(block.readBigUInt64LE(at + 24)),
      sizeBytes: block.readBigUInt64LE(at + 32),
      attributes: block.readUInt32LE(at + 40),
      reparseTag: block.readUInt32LE(at + 44),
      fileNumber: block.readBigUInt64LE(at + 48),
    };
  }

  #block(number: number): Buffer {
    const index = Math.floor(number / BLOCK_RECORDS);
    const block = this.#blocks[index] ?? Buffer.allocUnsafeSlow(BLOCK_RECORDS * RECORD_BYTES);
    this.#blocks[index] = block;
    return block;
  }
}

/** Whether an entry is a directory, and whether a link. */
export function factsOfEntry(entry: Buffer): Pick<Facts, 'attributes' | 'reparseTag'> {
  return { attributes: entry.readUInt32LE(ENTRY.ATTRIBUTES), reparseTag: entry.readUInt32LE(ENTRY.EA_SIZE) };
}
