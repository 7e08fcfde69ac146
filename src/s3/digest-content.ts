import { nextTurn } from '../base/real-timers.ts';
import { type ChecksumAlgorithm, checksums, cryptoHasher } from './checksums.ts';
import type { Content } from './object-store.ts';

/** Hashing goes on for at most this much before other requests have their turn. */
const TURN_BYTES = 4 * 1024 ** 2;

/** Reads stored content again: its MD5 (hexadecimal) and, when asked for, a checksum (base64). */
export async function digestContent(
  content: Content,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<{ readonly md5: string; readonly checksum: string | undefined }> {
  const md5 = cryptoHasher('md5', 'hex');
  const checksum = algorithm && (await checksums[algorithm].create());
  let turn = 0;
  for await (const chunk of content.read(0, content.sizeBytes)) {
    md5.update(chunk);
    checksum?.update(chunk);
    turn += chunk.length;
    if (turn < TURN_BYTES) continue;
    turn = 0;
    await nextTurn();
  }
  return { md5: md5.digest(), checksum: checksum?.digest() };
}
