import type { Answer } from '../answer.ts';
import { bucketOf, type Call, keyOf, storeBody, storedAt } from '../call.ts';
import { readDraft } from '../object-headers.ts';
import { checkWrite } from '../preconditions.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { versionHeader } from './find-version.ts';

export async function putObject(call: Call): Promise<Answer> {
  const { request } = call;
  const key = keyOf(call);
  checkWrite(request, bucketOf(call).newest(key));
  const draft = readDraft(request, key);
  return storeBody(call, ({ content, md5, checksum }) => {
    const bucket = bucketOf(call);
    checkWrite(request, bucket.newest(key));
    const object = bucket.put({
      kind: 'object',
      ...draft,
      lastModifiedAt: storedAt(call),
      etag: md5,
      content,
      ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
    });
    return {
      status: 200,
      headers: {
        etag: `"${md5}"`,
        ...checksumHeaders(object.checksum),
        ...versionHeader(bucket, object.versionId),
        ...encryptionHeader(draft.headers.serverSideEncryption),
      },
    };
  });
}

/** S3 repeats the encryption that was asked for. */
export function encryptionHeader(encryption: string | undefined): Readonly<Record<string, string>> {
  return encryption === undefined ? {} : { 'x-amz-server-side-encryption': encryption };
}
