import { xmlAnswer } from '../answer.ts';
import { type Action, bucketOf, type Call, keyOf } from '../call.ts';
import { type S3ErrorCode, s3Error } from '../s3-error.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import { canonicalId } from './buckets.ts';
import { findVersion, versionIdOf } from './find-version.ts';

// What S3 answers for a bucket on which nothing was configured. Configuring it is not built, so this stays true.

/** Reading a configuration that the bucket does not have. */
export function notConfigured(code: S3ErrorCode): Action {
  return (call) => {
    throw s3Error(code, undefined, { BucketName: bucketOf(call).name });
  };
}

/** Reading a configuration that every bucket has, with its first value. */
export function unchanged(root: string, value: { readonly [name: string]: XmlValue }): Action {
  return (call) => {
    bucketOf(call);
    return xmlAnswer(xmlDocument(root, value));
  };
}

/** The owner may do all, nobody else anything. */
function ownerOnly(owner: string) {
  // The grantee carries attributes, which are the same in every answer.
  const id = canonicalId(owner);
  const grantee = `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${id}</ID></Grantee>`;
  const document = xmlDocument('AccessControlPolicy', {
    Owner: { ID: id },
    AccessControlList: { Grant: { Grantee: '', Permission: 'FULL_CONTROL' } },
  });
  return xmlAnswer(document.replace('<Grantee></Grantee>', grantee));
}

export function getBucketAcl(call: Call) {
  return ownerOnly(bucketOf(call).owner);
}

export function getObjectAcl(call: Call) {
  const bucket = bucketOf(call);
  findVersion(bucket, keyOf(call), versionIdOf(call));
  return ownerOnly(bucket.owner);
}
