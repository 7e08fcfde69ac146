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
import { deleteObject, deleteObjects } from './actions/delete-object.ts';
import { getObject, headObject } from './actions/get-object.ts';
import { listObjects, listObjectsV2 } from './actions/list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './actions/multipart.ts';
import { putObject } from './actions/put-object.ts';
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
  DeleteObjects: { on: 'bucket', method: 'POST', query: ['delete'], handle: deleteObjects },

  PutObject: { on: 'object', method: 'PUT', handle: putObject },
  GetObject: { on: 'object', method: 'GET', handle: getObject },
  HeadObject: { on: 'object', method: 'HEAD', handle: headObject },
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
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;
