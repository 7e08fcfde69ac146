import { type Answer, xmlAnswer } from '../answer.ts';
import { copyRange } from '../byte-range.ts';
import { bucketOf, type Call, LARGEST_BODY_BYTES, storedAt } from '../call.ts';
import { checksums } from '../checksums.ts';
import { digestContent } from '../digest-content.ts';
import { s3Error } from '../s3-error.ts';
import { xmlDocument } from '../xml.ts';
import { copySource } from './copy-source.ts';
import { partNumberOf, uploadOf } from './multipart-upload.ts';

export async function uploadPartCopy(call: Call): Promise<Answer> {
  const { request, service } = call;
  const partNumber = partNumberOf(call);
  const { id, checksum: wanted } = uploadOf(call);
  const { bucket, object } = copySource(call);
  const { start, end } = copyRange(request.header('x-amz-copy-source-range'), object.content.sizeBytes);
  if (end - start > LARGEST_BODY_BYTES) throw s3Error('EntityTooLarge');
  const { contents } = service.buckets;
  const content = contents.join([{ content: object.content, start, end }]);
  try {
    const digests = await digestContent(content, wanted?.algorithm);
    const checksum =
      wanted && digests.checksum !== undefined
        ? { algorithm: wanted.algorithm, value: digests.checksum }
        : undefined;
    uploadOf(call);
    const lastModifiedAt = storedAt(call);
    bucketOf(call).uploads.addPart(id, {
      partNumber,
      etag: digests.md5,
      content,
      lastModifiedAt,
      ...(checksum && { checksum }),
    });
    return xmlAnswer(
      xmlDocument('CopyPartResult', {
        LastModified: new Date(lastModifiedAt).toISOString(),
        ETag: `"${digests.md5}"`,
        ...(checksum && { [checksums[checksum.algorithm].element]: checksum.value }),
      }),
      bucket.versioning ? { 'x-amz-copy-source-version-id': object.versionId } : {},
    );
  } catch (error) {
    contents.release(content);
    throw error;
  }
}
