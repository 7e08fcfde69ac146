import {
  createBucket,
  deleteBucket,
  deleteBucketTagging,
  getBucketLocation,
  getBucketTagging,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketTagging,
  putBucketVersioning,
} from './actions/buckets.ts';
import { completeMultipartUpload } from './actions/complete-upload.ts';
import { getBucketAcl, getObjectAcl, notConfigured, unchanged } from './actions/configuration.ts';
import { copyObject } from './actions/copy-object.ts';
import { deleteObject, deleteObjects } from './actions/delete-object.ts';
import { getObject, headObject } from './actions/get-object.ts';
import { listObjects, listObjectsV2 } from './actions/list-objects.ts';
import { listMultipartUploads, listParts } from './actions/list-uploads.ts';
import { listObjectVersions } from './actions/list-versions.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './actions/multipart-upload.ts';
import { getObjectAttributes } from './actions/object-attributes.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './actions/object-tagging.ts';
import { putObject } from './actions/put-object.ts';
import { restoreObject } from './actions/restore-object.ts';
import { uploadPartCopy } from './actions/upload-part-copy.ts';
import type { Action } from './call.ts';

/** What a request is addressed to. */
export type Level = 'service' | 'bucket' | 'object';

/** How a request for an operation looks, and what it does. */
export interface Operation {
  readonly on: Level;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Names (or `name=value`) that the query must have, all of them. */
  readonly query?: readonly string[];
  /** A header that the request must have. */
  readonly header?: string;
  readonly handle: Action;
}

/** Reading a configuration of a bucket. */
function reads(name: string, handle: Action) {
  return { on: 'bucket', method: 'GET', query: [name], handle } as const satisfies Operation;
}

/** The table of contents of this endpoint: every operation that is built. Among those that fit, the one that asks for most is meant. */
export const operations = {
  ListBuckets: { on: 'service', method: 'GET', handle: listBuckets },

  CreateBucket: { on: 'bucket', method: 'PUT', handle: createBucket },
  HeadBucket: { on: 'bucket', method: 'HEAD', handle: headBucket },
  DeleteBucket: { on: 'bucket', method: 'DELETE', handle: deleteBucket },
  GetBucketLocation: { on: 'bucket', method: 'GET', query: ['location'], handle: getBucketLocation },
  GetBucketVersioning: { on: 'bucket', method: 'GET', query: ['versioning'], handle: getBucketVersioning },
  PutBucketVersioning: { on: 'bucket', method: 'PUT', query: ['versioning'], handle: putBucketVersioning },
  GetBucketTagging: { on: 'bucket', method: 'GET', query: ['tagging'], handle: getBucketTagging },
  PutBucketTagging: { on: 'bucket', method: 'PUT', query: ['tagging'], handle: putBucketTagging },
  DeleteBucketTagging: { on: 'bucket', method: 'DELETE', query: ['tagging'], handle: deleteBucketTagging },

  ListObjects: { on: 'bucket', method: 'GET', handle: listObjects },
  ListObjectsV2: { on: 'bucket', method: 'GET', query: ['list-type=2'], handle: listObjectsV2 },
  ListObjectVersions: { on: 'bucket', method: 'GET', query: ['versions'], handle: listObjectVersions },
  ListMultipartUploads: { on: 'bucket', method: 'GET', query: ['uploads'], handle: listMultipartUploads },
  DeleteObjects: { on: 'bucket', method: 'POST', query: ['delete'], handle: deleteObjects },

  PutObject: { on: 'object', method: 'PUT', handle: putObject },
  GetObject: { on: 'object', method: 'GET', handle: getObject },
  HeadObject: { on: 'object', method: 'HEAD', handle: headObject },
  CopyObject: { on: 'object', method: 'PUT', header: 'x-amz-copy-source', handle: copyObject },
  GetObjectAttributes: { on: 'object', method: 'GET', query: ['attributes'], handle: getObjectAttributes },
  GetObjectTagging: { on: 'object', method: 'GET', query: ['tagging'], handle: getObjectTagging },
  PutObjectTagging: { on: 'object', method: 'PUT', query: ['tagging'], handle: putObjectTagging },
  DeleteObjectTagging: { on: 'object', method: 'DELETE', query: ['tagging'], handle: deleteObjectTagging },
  RestoreObject: { on: 'object', method: 'POST', query: ['restore'], handle: restoreObject },
  DeleteObject: { on: 'object', method: 'DELETE', handle: deleteObject },

  CreateMultipartUpload: { on: 'object', method: 'POST', query: ['uploads'], handle: createMultipartUpload },
  UploadPart: { on: 'object', method: 'PUT', query: ['uploadId', 'partNumber'], handle: uploadPart },
  CompleteMultipartUpload: {
    on: 'object',
    method: 'POST',
    query: ['uploadId'],
    handle: completeMultipartUpload,
  },
  AbortMultipartUpload: { on: 'object', method: 'DELETE', query: ['uploadId'], handle: abortMultipartUpload },
  ListParts: { on: 'object', method: 'GET', query: ['uploadId'], handle: listParts },
  UploadPartCopy: {
    on: 'object',
    method: 'PUT',
    query: ['uploadId', 'partNumber'],
    header: 'x-amz-copy-source',
    handle: uploadPartCopy,
  },

  GetBucketAcl: { on: 'bucket', method: 'GET', query: ['acl'], handle: getBucketAcl },
  GetObjectAcl: { on: 'object', method: 'GET', query: ['acl'], handle: getObjectAcl },
  GetBucketPolicy: reads('policy', notConfigured('NoSuchBucketPolicy')),
  GetBucketPolicyStatus: reads('policyStatus', notConfigured('NoSuchBucketPolicy')),
  GetBucketCors: reads('cors', notConfigured('NoSuchCORSConfiguration')),
  GetBucketLifecycleConfiguration: reads('lifecycle', notConfigured('NoSuchLifecycleConfiguration')),
  GetBucketWebsite: reads('website', notConfigured('NoSuchWebsiteConfiguration')),
  GetBucketReplication: reads('replication', notConfigured('ReplicationConfigurationNotFoundError')),
  GetBucketEncryption: reads('encryption', notConfigured('ServerSideEncryptionConfigurationNotFoundError')),
  GetObjectLockConfiguration: reads('object-lock', notConfigured('ObjectLockConfigurationNotFoundError')),
  GetPublicAccessBlock: reads('publicAccessBlock', notConfigured('NoSuchPublicAccessBlockConfiguration')),
  GetBucketLogging: reads('logging', unchanged('BucketLoggingStatus', {})),
  GetBucketNotificationConfiguration: reads('notification', unchanged('NotificationConfiguration', {})),
  GetBucketAccelerateConfiguration: reads('accelerate', unchanged('AccelerateConfiguration', {})),
  GetBucketRequestPayment: reads(
    'requestPayment',
    unchanged('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
  ),
  GetBucketOwnershipControls: reads(
    'ownershipControls',
    unchanged('OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }),
  ),
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
