import {
  algorithmOfHeader,
  type ChecksumAlgorithm,
  checksumAlgorithm,
  checksums,
  isBase64Of,
} from './checksums.ts';
import type { S3Request } from './request.ts';
import { invalidArgument, s3Error } from './s3-error.ts';

/** What is to be computed, and what it must be: a value, one that comes in the trailer, or nothing given. */
interface PlannedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly expected: { readonly value: string } | 'in the trailer' | 'not given';
}

/** What the headers say of the body, checked as far as that goes without it. */
export interface BodyPlan {
  /** Of the content, without the aws-chunked coding. */
  readonly sizeBytes: number;
  readonly chunked: boolean;
  /** Base64; from Content-MD5. */
  readonly md5: string | undefined;
  /** Hexadecimal; from x-amz-content-sha256. */
  readonly sha256: string | undefined;
  readonly checksum: PlannedChecksum | undefined;
}

const HEX_SHA256 = /^[0-9a-f]{64}$/i;

function isChunked(request: S3Request): boolean {
  const hash = request.header('x-amz-content-sha256');
  if (hash?.startsWith('STREAMING-')) return true;
  return request.header('content-encoding')?.includes('aws-chunked') ?? false;
}

function plannedSize(request: S3Request, chunked: boolean): number {
  const name = chunked ? 'x-amz-decoded-content-length' : 'content-length';
  const value = request.header(name);
  if (value === undefined) throw s3Error('MissingContentLength');
  if (!/^\d{1,16}$/.test(value)) throw invalidArgument(`${name} must be a whole number`, name, value);
  return Number(value);
}

function plannedMd5(request: S3Request): string | undefined {
  const md5 = request.header('content-md5');
  if (md5 !== undefined && !isBase64Of(md5, 16))
    throw s3Error('InvalidDigest', undefined, { 'Content-MD5': md5 });
  return md5;
}

function plannedChecksum(
  request: S3Request,
  otherwise: ChecksumAlgorithm | undefined,
): PlannedChecksum | undefined {
  const found: PlannedChecksum[] = [];
  for (const [name, value] of request.headersWith('x-amz-checksum-')) {
    const algorithm = algorithmOfHeader(`x-amz-checksum-${name}`);
    if (!algorithm) continue;
    checkChecksumForm(algorithm, value);
    found.push({ algorithm, expected: { value } });
  }
  const trailer = request.header('x-amz-trailer')?.trim().toLowerCase();
  if (trailer !== undefined) found.push({ algorithm: announcedTrailer(trailer), expected: 'in the trailer' });
  if (found.length > 1) {
    throw s3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  checkAnnounced(request, found[0]?.algorithm);
  return found[0] ?? (otherwise && { algorithm: otherwise, expected: 'not given' });
}

function announcedTrailer(trailer: string): ChecksumAlgorithm {
  const algorithm = algorithmOfHeader(trailer);
  if (algorithm) return algorithm;
  throw s3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported');
}

/** @throws S3Error InvalidRequest when `value` cannot be such a checksum */
export function checkChecksumForm(algorithm: ChecksumAlgorithm, value: string): void {
  const { header, bytes } = checksums[algorithm];
  if (!isBase64Of(value, bytes)) throw s3Error('InvalidRequest', `Value for ${header} header is invalid.`);
}

function checkAnnounced(request: S3Request, sent: ChecksumAlgorithm | undefined): void {
  const announced = request.header('x-amz-sdk-checksum-algorithm');
  if (announced === undefined) return;
  const algorithm = checksumAlgorithm(announced);
  if (!algorithm)
    throw s3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  if (!sent) {
    throw s3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (sent !== algorithm) {
    throw s3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
}

/**
 * @param otherwise the checksum to compute when the client sends none
 * @throws S3Error MissingContentLength, InvalidDigest, InvalidRequest, InvalidArgument, EntityTooLarge
 */
export function planBody(request: S3Request, limitBytes: number, otherwise?: ChecksumAlgorithm): BodyPlan {
  const chunked = isChunked(request);
  const sizeBytes = plannedSize(request, chunked);
  if (sizeBytes > limitBytes) {
    const details = { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(limitBytes) };
    throw s3Error('EntityTooLarge', undefined, details);
  }
  const hash = request.header('x-amz-content-sha256');
  return {
    sizeBytes,
    chunked,
    md5: plannedMd5(request),
    sha256: hash !== undefined && HEX_SHA256.test(hash) ? hash.toLowerCase() : undefined,
    checksum: plannedChecksum(request, otherwise),
  };
}
