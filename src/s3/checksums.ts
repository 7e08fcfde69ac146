import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { createCRC32, createCRC64, type IHasher } from 'hash-wasm';

/** The checksums that S3 clients may send beside an object. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** Of all bytes, or of the checksums of the parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Base64; a composite one ends in "-" and the number of parts. */
  readonly value: string;
}

/** Takes bytes in order; asked once for the digest. */
export interface Hasher {
  update(chunk: Uint8Array): void;
  /** Base64. Ends the life of the hasher. */
  digest(): string;
  /** Gives up without a digest. */
  drop(): void;
}

const nothing = () => undefined;

/** A hasher of node:crypto. */
export function cryptoHasher(
  algorithm: 'md5' | 'sha1' | 'sha256',
  encoding: 'base64' | 'hex' = 'base64',
): Hasher {
  const hash: Hash = createHash(algorithm);
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => hash.digest(encoding),
    drop: nothing,
  };
}

function crc32Hasher(): Hasher {
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    digest() {
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
    drop: nothing,
  };
}

/** WebAssembly takes 0.1 ms to set up, as long as all the rest of a small request: machines are used again. */
function wasmHashers(make: () => Promise<IHasher>): () => Promise<Hasher> {
  const idle: IHasher[] = [];
  return async () => {
    const machine = idle.pop() ?? (await make());
    machine.init();
    return {
      update: (chunk) => void machine.update(chunk),
      digest() {
        const bytes = machine.digest('binary');
        idle.push(machine);
        return Buffer.from(bytes).toString('base64');
      },
      drop: () => void idle.push(machine),
    };
  };
}

interface ChecksumKind {
  /** Such as `x-amz-checksum-crc32`. */
  readonly header: string;
  /** Its element in XML. */
  readonly element: string;
  readonly bytes: number;
  /** What an upload in parts gets when the client does not choose. */
  readonly multipartType: ChecksumType;
  readonly multipartTypes: readonly ChecksumType[];
  /** Of a CRC, without its highest power, bits reversed, so that parts can be combined. */
  readonly polynomial?: bigint;
  create(): Hasher | Promise<Hasher>;
}

/** @source Amazon S3 User Guide, "Checking object integrity in Amazon S3" */
export const checksums: Readonly<Record<ChecksumAlgorithm, ChecksumKind>> = {
  CRC32: {
    header: 'x-amz-checksum-crc32',
    element: 'ChecksumCRC32',
    bytes: 4,
    multipartType: 'COMPOSITE',
    multipartTypes: ['COMPOSITE', 'FULL_OBJECT'],
    polynomial: 0xedb88320n,
    create: crc32Hasher,
  },
  CRC32C: {
    header: 'x-amz-checksum-crc32c',
    element: 'ChecksumCRC32C',
    bytes: 4,
    multipartType: 'COMPOSITE',
    multipartTypes: ['COMPOSITE', 'FULL_OBJECT'],
    polynomial: 0x82f63b78n,
    create: wasmHashers(() => createCRC32(0x82f63b78)),
  },
  CRC64NVME: {
    header: 'x-amz-checksum-crc64nvme',
    element: 'ChecksumCRC64NVME',
    bytes: 8,
    multipartType: 'FULL_OBJECT',
    multipartTypes: ['FULL_OBJECT'],
    polynomial: 0x9a6c9329ac4bc9b5n,
    create: wasmHashers(() => createCRC64('9a6c9329ac4bc9b5')),
  },
  SHA1: {
    header: 'x-amz-checksum-sha1',
    element: 'ChecksumSHA1',
    bytes: 20,
    multipartType: 'COMPOSITE',
    multipartTypes: ['COMPOSITE'],
    create: () => cryptoHasher('sha1'),
  },
  SHA256: {
    header: 'x-amz-checksum-sha256',
    element: 'ChecksumSHA256',
    bytes: 32,
    multipartType: 'COMPOSITE',
    multipartTypes: ['COMPOSITE'],
    create: () => cryptoHasher('sha256'),
  },
};

export const CHECKSUM_ALGORITHMS = Object.keys(checksums) as readonly ChecksumAlgorithm[];

const BY_HEADER = new Map(CHECKSUM_ALGORITHMS.map((algorithm) => [checksums[algorithm].header, algorithm]));

/** The algorithm that a header such as `x-amz-checksum-crc32` carries, or undefined. */
export function algorithmOfHeader(header: string): ChecksumAlgorithm | undefined {
  return BY_HEADER.get(header);
}

/** A word that a client sent, as the algorithm it names, or undefined. */
export function checksumAlgorithm(word: string): ChecksumAlgorithm | undefined {
  const upper = word.toUpperCase();
  return Object.hasOwn(checksums, upper) ? (upper as ChecksumAlgorithm) : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** `text` is base64 of exactly `bytes` bytes. */
export function isBase64Of(text: string, bytes: number): boolean {
  return (
    text.length === Math.ceil(bytes / 3) * 4 &&
    BASE64.test(text) &&
    Buffer.from(text, 'base64').length === bytes
  );
}

/** Digests one short thing. */
export async function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  const hasher = await checksums[algorithm].create();
  hasher.update(bytes);
  return hasher.digest();
}
