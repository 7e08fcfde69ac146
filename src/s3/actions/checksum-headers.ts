import { checksums, type StoredChecksum } from '../checksums.ts';

/** A stored checksum as response headers. */
export function checksumHeaders(checksum: StoredChecksum | undefined): Readonly<Record<string, string>> {
  if (!checksum) return {};
  return { [checksums[checksum.algorithm].header]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** A stored checksum as elements of an XML answer. */
export function checksumElements(checksum: StoredChecksum | undefined): Readonly<Record<string, string>> {
  if (!checksum) return {};
  return { [checksums[checksum.algorithm].element]: checksum.value, ChecksumType: checksum.type };
}
