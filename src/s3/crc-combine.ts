import { type ChecksumAlgorithm, checksums } from './checksums.ts';

/** A checksum (base64) and how many bytes it is of. */
export interface PartChecksum {
  readonly value: string;
  readonly sizeBytes: number;
}

/**
 * The CRC of all parts one after the other, from the CRCs of the parts alone; base64.
 * A CRC is the remainder of a polynomial over GF(2): to append `n` bytes is to multiply the first remainder by
 * x^(8n) and add the second. Bits are reversed here, so x^0 is the highest bit.
 */
export function combineCrcs(algorithm: ChecksumAlgorithm, parts: readonly PartChecksum[]): string {
  const { polynomial, bytes } = checksums[algorithm];
  if (polynomial === undefined) throw new TypeError(`${algorithm} of a whole cannot be made from its parts.`);
  const multiply = multiplier(polynomial, BigInt(bytes * 8));
  const powers = new Map<number, bigint>();
  const shiftBy = (sizeBytes: number) => {
    const known = powers.get(sizeBytes);
    if (known !== undefined) return known;
    const made = powerOfX(BigInt(sizeBytes) * 8n, BigInt(bytes * 8), multiply);
    powers.set(sizeBytes, made);
    return made;
  };
  let crc = 0n;
  for (const part of parts) {
    const own = BigInt(`0x${Buffer.from(part.value, 'base64').toString('hex')}`);
    crc = multiply(crc, shiftBy(part.sizeBytes)) ^ own;
  }
  return Buffer.from(crc.toString(16).padStart(bytes * 2, '0'), 'hex').toString('base64');
}

type Multiply = (a: bigint, b: bigint) => bigint;

/** Multiplication modulo the polynomial, in reversed bits. */
function multiplier(polynomial: bigint, width: bigint): Multiply {
  const one = 1n << (width - 1n);
  return (a, b) => {
    let product = 0n;
    let shifted = b;
    for (let bit = one; bit !== 0n; bit >>= 1n) {
      if (a & bit) product ^= shifted;
      shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
    }
    return product;
  };
}

function powerOfX(exponent: bigint, width: bigint, multiply: Multiply): bigint {
  let result = 1n << (width - 1n);
  let square = 1n << (width - 2n);
  for (let left = exponent; left !== 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}
