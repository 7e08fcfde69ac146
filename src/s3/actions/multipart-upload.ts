import { type Answer, xmlAnswer } from '../answer.ts';
import type { ReceivedBody } from '../body.ts';
import { bucketOf, type Call, keyOf, storeBody, storedAt } from '../call.ts';
import { type ChecksumAlgorithm, type ChecksumType, checksumAlgorithm, checksums } from '../checksums.ts';
import { readDraft } from '../object-headers.ts';
import type { S3Request } from '../request.ts';
import { invalidArgument, s3Error } from '../s3-error.ts';
import type { Upload } from '../uploads.ts';
import { xmlDocument } from '../xml.ts';
import { encryptionHeader } from './put-object.ts';

/** @source Amazon S3 User Guide, "Amazon S3 multipart upload limits" */
export const MOST_PARTS = 10_000;

function wantedChecksum(request: S3Request): Upload['checksum'] {
  const word = request.header('x-amz-checksum-algorithm');
  const type = request.header('x-amz-checksum-type')?.toUpperCase();
  if (word === undefined) {
    if (type === undefined) return undefined;
    throw s3Error(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const algorithm = checksumAlgorithm(word);
  if (!algorithm) {
    throw s3Error(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  const { multipartType, multipartTypes } = checksums[algorithm];
  if (type !== undefined && !multipartTypes.includes(type as ChecksumType)) {
    throw s3Error(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type: (type as ChecksumType | undefined) ?? multipartType };
}

export function createMultipartUpload(call: Call): Answer {
  const { request } = call;
  const bucket = bucketOf(call);
  const draft = readDraft(request, keyOf(call));
  const checksum = wantedChecksum(request);
  const upload = bucket.uploads.start(draft, storedAt(call), checksum);
  return xmlAnswer(
    xmlDocument('InitiateMultipartUploadResult', {
      Bucket: bucket.name,
      Key: draft.key,
      UploadId: upload.id,
    }),
    {
      ...(checksum && {
        'x-amz-checksum-algorithm': checksum.algorithm,
        'x-amz-checksum-type': checksum.type,
      }),
      ...encryptionHeader(draft.headers.serverSideEncryption),
    },
  );
}

/** The upload that the request names. @throws S3Error NoSuchUpload */
export function uploadOf(call: Call): Upload {
  const id = call.request.query.get('uploadId') ?? '';
  const upload = bucketOf(call).uploads.get(keyOf(call), id);
  if (!upload) throw s3Error('NoSuchUpload', undefined, { UploadId: id });
  return upload;
}

/** @throws S3Error InvalidArgument */
export function partNumberOf({ request }: Call): number {
  const text = request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number >= 1 && number <= MOST_PARTS) return number;
  throw invalidArgument(
    `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`,
    'partNumber',
    text,
  );
}

function checkPartChecksum(upload: Upload, sent: ChecksumAlgorithm | undefined): void {
  const wanted = upload.checksum?.algorithm;
  if (sent === undefined || wanted === undefined || sent === wanted) return;
  throw s3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${wanted.toLowerCase()}, actual checksum Type: ${sent.toLowerCase()}`,
  );
}

export async function uploadPart(call: Call): Promise<Answer> {
  const partNumber = partNumberOf(call);
  const { checksum: wanted } = uploadOf(call);
  return storeBody(call, (body) => keepPart(call, partNumber, body), wanted?.algorithm);
}

function keepPart(call: Call, partNumber: number, { content, md5, checksum }: ReceivedBody): Answer {
  const upload = uploadOf(call);
  checkPartChecksum(upload, checksum?.algorithm);
  bucketOf(call).uploads.addPart(upload.id, {
    partNumber,
    etag: md5,
    content,
    lastModifiedAt: storedAt(call),
    ...(checksum && { checksum }),
  });
  return {
    status: 200,
    headers: {
      etag: `"${md5}"`,
      ...(checksum && { [checksums[checksum.algorithm].header]: checksum.value }),
      ...encryptionHeader(upload.draft.headers.serverSideEncryption),
    },
  };
}

export function abortMultipartUpload(call: Call): Answer {
  bucketOf(call).uploads.end(uploadOf(call).id);
  return { status: 204 };
}
