import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
const ZEROS = Buffer.alloc(BLOCK);
/** What is given to the cipher at once: its output is thrown away, and a small one is thrown away in the cache. */
const STEP_BYTES = 64 << 10;

/** AES-128-CMAC (RFC 4493) of messages that come in parts. @param key 16 bytes */
export function aesCmac(key: Uint8Array): (parts: readonly Uint8Array[]) => Buffer {
  const zeroBlock = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(ZEROS);
  const forWholeBlock = doubled(zeroBlock);
  const forPaddedBlock = doubled(forWholeBlock);
  return (parts) => {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    const lastBytes = bytes === 0 ? 0 : ((bytes - 1) % BLOCK) + 1;
    const cbc = createCipheriv('aes-128-cbc', key, ZEROS).setAutoPadding(false);
    const last = Buffer.alloc(BLOCK);
    let before = bytes - lastBytes;
    let filled = 0;
    for (const part of parts) {
      const whole = Math.min(before, part.length);
      for (let at = 0; at < whole; at += STEP_BYTES) {
        cbc.update(part.subarray(at, Math.min(at + STEP_BYTES, whole)));
      }
      before -= whole;
      last.set(part.subarray(whole), filled);
      filled += part.length - whole;
    }
    if (lastBytes < BLOCK) last[lastBytes] = 0x80;
    const mask = lastBytes < BLOCK ? forPaddedBlock : forWholeBlock;
    return cbc.update(last.map((byte, index) => byte ^ (mask[index] ?? 0)));
  };
}

/** Times x in GF(2^128), reduced by x^128 = x^7 + x^2 + x + 1. */
function doubled(block: Uint8Array): Uint8Array {
  const result = block.map((byte, index) => (byte << 1) | ((block[index + 1] ?? 0) >> 7));
  const isReduced = (block[0] ?? 0) >= 0x80;
  if (isReduced) result[BLOCK - 1] = (result[BLOCK - 1] ?? 0) ^ 0x87;
  return result;
}
