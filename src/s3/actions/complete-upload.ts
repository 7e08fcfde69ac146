import { createHash } from 'node:crypto';
import { type Answer, xmlAnswer } from '../answer.ts';
import { bucketOf, type Call, storedAt, textBody } from '../call.ts';
import { checksumOf, checksums, type StoredChecksum } from '../checksums.ts';
import { combineCrcs } from '../crc-combine.ts';
import { checkWrite } from '../preconditions.ts';
import type { S3Request } from '../request.ts';
import { s3Error } from '../s3-error.ts';
import type { Upload, UploadedPart } from '../uploads.ts';
import { children, childText, parseXml, type XmlElement, xmlDocument } from '../xml.ts';
import { checksumElements } from './checksum-headers.ts';
import { versionHeader } from './find-version.ts';
import { MOST_PARTS, uploadOf } from './multipart-upload.ts';
import { encryptionHeader } from './put-object.ts';

/** @source Amazon S3 User Guide, "Amazon S3 multipart upload limits" */
const SMALLEST_PART_BYTES = 5 * 1024 ** 2;

/** A part as the client lists it at the end. */
interface ClaimedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly element: XmlElement;
}

function claimedParts(document: XmlElement): readonly ClaimedPart[] {
  const parts = children(document, 'Part').map((element) => {
    const partNumber = childText(element, 'PartNumber')?.trim() ?? '';
    const etag = childText(element, 'ETag');
    if (!/^\d{1,5}$/.test(partNumber) || etag === undefined) throw s3Error('MalformedXML');
    return { partNumber: Number(partNumber), etag: etag.trim().replaceAll('"', ''), element };
  });
  if (parts.length === 0 || parts.length > MOST_PARTS) throw s3Error('MalformedXML');
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (before && before.partNumber >= part.partNumber) throw s3Error('InvalidPartOrder');
  }
  return parts;
}

function matchPart(upload: Upload, claim: ClaimedPart, isLast: boolean): UploadedPart {
  const part = upload.parts.get(claim.partNumber);
  const details = { UploadId: upload.id, PartNumber: String(claim.partNumber), ETag: claim.etag };
  if (part?.etag !== claim.etag) throw s3Error('InvalidPart', undefined, details);
  checkClaimsChecksum(upload, claim);
  for (const kind of Object.values(checksums)) {
    const claimed = childText(claim.element, kind.element);
    const own =
      part.checksum && checksums[part.checksum.algorithm] === kind ? part.checksum.value : undefined;
    if (claimed !== undefined && own !== undefined && claimed !== own) {
      throw s3Error('InvalidPart', undefined, details);
    }
  }
  if (!isLast && part.content.sizeBytes < SMALLEST_PART_BYTES) {
    throw s3Error('EntityTooSmall', undefined, {
      ProposedSize: String(part.content.sizeBytes),
      MinSizeAllowed: String(SMALLEST_PART_BYTES),
      PartNumber: String(claim.partNumber),
      ETag: claim.etag,
    });
  }
  return part;
}

function matchParts(upload: Upload, claimed: readonly ClaimedPart[]): readonly UploadedPart[] {
  return claimed.map((claim, index) => matchPart(upload, claim, index === claimed.length - 1));
}

/** ETags need no second look: the claims name them. */
function sameChecksums(before: readonly UploadedPart[], now: readonly UploadedPart[]): boolean {
  return before.every((part, index) => part.checksum?.value === now[index]?.checksum?.value);
}

/** @source S3 refuses a composite checksum whose parts are not all named at the end */
function checkClaimsChecksum({ checksum }: Upload, claim: ClaimedPart): void {
  if (checksum?.type !== 'COMPOSITE') return;
  if (childText(claim.element, checksums[checksum.algorithm].element) !== undefined) return;
  throw s3Error(
    'InvalidRequest',
    `The upload was created using a ${checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${claim.partNumber} in the request.`,
  );
}

/** The checksum of the whole, from those of the parts; undefined when a part has none. */
async function wholeChecksum(
  upload: Upload,
  parts: readonly UploadedPart[],
): Promise<StoredChecksum | undefined> {
  const algorithm = upload.checksum?.algorithm ?? parts[0]?.checksum?.algorithm;
  if (!algorithm) return undefined;
  const type = upload.checksum?.type ?? checksums[algorithm].multipartType;
  const values: { value: string; sizeBytes: number }[] = [];
  for (const { checksum, content } of parts) {
    if (checksum?.algorithm !== algorithm) return undefined;
    values.push({ value: checksum.value, sizeBytes: content.sizeBytes });
  }
  if (type === 'FULL_OBJECT') return { algorithm, type, value: combineCrcs(algorithm, values) };
  const digests = Buffer.concat(values.map(({ value }) => Buffer.from(value, 'base64')));
  return { algorithm, type, value: `${await checksumOf(algorithm, digests)}-${parts.length}` };
}

function checkWhole(request: S3Request, checksum: StoredChecksum | undefined, sizeBytes: number): void {
  const size = request.header('x-amz-mp-object-size');
  if (size !== undefined && size !== String(sizeBytes)) {
    throw s3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${sizeBytes}`,
    );
  }
  if (!checksum) return;
  const type = request.header('x-amz-checksum-type')?.toUpperCase();
  if (type !== undefined && type !== checksum.type) {
    throw s3Error(
      'InvalidRequest',
      `The upload was created using the ${checksum.type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const claimed = request.header(checksums[checksum.algorithm].header);
  if (
    claimed !== undefined &&
    claimed !== checksum.value &&
    claimed !== checksum.value.replace(/-\d+$/, '')
  ) {
    throw s3Error(
      'BadDigest',
      `The ${checksum.algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

/** @source observed: the MD5 of the parts' MD5s, "-", their number */
function wholeEtag(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part.etag, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

/** The body's checksum headers are those of the object, not of the XML. */
async function completionBody(call: Call): Promise<string> {
  const { request } = call;
  const header = (name: string) =>
    name === 'x-amz-sdk-checksum-algorithm' ? undefined : request.header(name);
  const headersWith = (prefix: string) => (prefix === 'x-amz-checksum-' ? [] : request.headersWith(prefix));
  return textBody({ ...call, request: { ...request, header, headersWith } });
}

export async function completeMultipartUpload(call: Call): Promise<Answer> {
  const { request } = call;
  uploadOf(call);
  const text = await completionBody(call);
  if (text === '') throw s3Error('InvalidRequest', 'You must specify at least one part');
  const claimed = claimedParts(parseXml(text, 'CompleteMultipartUpload'));
  const before = matchParts(uploadOf(call), claimed);
  const checksum = await wholeChecksum(uploadOf(call), before);

  // Nothing is waited for from here on: the upload, its parts and the object change as one.
  const upload = uploadOf(call);
  const bucket = bucketOf(call);
  const parts = matchParts(upload, claimed);
  if (!sameChecksums(before, parts)) throw s3Error('InvalidPart');
  const sizeBytes = parts.reduce((sum, { content }) => sum + content.sizeBytes, 0);
  checkWhole(request, checksum, sizeBytes);
  checkWrite(request, bucket.newest(upload.draft.key));
  const etag = wholeEtag(parts);
  const object = bucket.complete(upload.id, parts, {
    kind: 'object',
    ...upload.draft,
    lastModifiedAt: storedAt(call),
    etag,
    parts: parts.map(({ partNumber, content, checksum: own }) => ({
      partNumber,
      sizeBytes: content.sizeBytes,
      ...(own && { checksum: own.value }),
    })),
    ...(checksum && { checksum }),
  });
  return xmlAnswer(
    xmlDocument('CompleteMultipartUploadResult', {
      Location: `http://${request.header('host') ?? ''}/${bucket.name}/${encodeURIComponent(object.key)}`,
      Bucket: bucket.name,
      Key: object.key,
      ETag: `"${etag}"`,
      ...checksumElements(checksum),
    }),
    {
      ...versionHeader(bucket, object.versionId),
      ...encryptionHeader(upload.draft.headers.serverSideEncryption),
    },
  );
}
