import type { Clock } from '../base/clock.ts';
import type { Answer } from './answer.ts';
import type { Caller } from './auth.ts';
import { type ReceivedBody, receiveBody } from './body.ts';
import { planBody } from './body-plan.ts';
import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import { ChunkSignatures } from './chunk-signatures.ts';
import type { S3Request } from './request.ts';
import { s3Error } from './s3-error.ts';

/** What every action may touch. */
export interface S3Service {
  readonly buckets: Buckets;
  readonly clock: Clock;
  /** Of buckets whose maker names none. */
  readonly region: string;
  /** How long the restore of an archived object takes. */
  readonly restoreMs: number;
}

/** One request on its way. */
export interface Call {
  readonly request: S3Request;
  readonly caller: Caller;
  readonly service: S3Service;
}

/** One operation. @throws S3Error */
export type Action = (call: Call) => Answer | Promise<Answer>;

/** 5 GiB. @source Amazon S3 User Guide, "Uploading objects": the largest single PUT and the largest part */
export const LARGEST_BODY_BYTES = 5 * 1024 ** 3;

/** Of XML bodies: 1,000 keys of 1,024 bytes, each byte written as a reference. */
const LARGEST_XML_BYTES = 8 * 1024 ** 2;

/** The bucket that the request names. @throws S3Error NoSuchBucket, AccessDenied */
export function bucketOf({ request, service }: Call): Bucket {
  const name = request.bucket ?? '';
  const bucket = service.buckets.get(name);
  if (!bucket) throw s3Error('NoSuchBucket', undefined, { BucketName: name });
  const expected = request.header('x-amz-expected-bucket-owner');
  if (expected !== undefined && expected !== bucket.owner) throw s3Error('AccessDenied');
  return bucket;
}

/** The time that is kept of a change; S3 knows whole seconds, in listings as in headers. */
export function storedAt({ service }: Call): number {
  return Math.floor(service.clock.now() / 1000) * 1000;
}

/** The key that the request names. */
export function keyOf({ request }: Call): string {
  return request.key ?? '';
}

/**
 * Receives the body and hands it, whole and checked, to `commit`; when that fails nothing is kept.
 * @param otherwise the checksum to compute when the client sends none
 * @throws S3Error
 */
export async function storeBody<Result>(
  call: Call,
  commit: (body: ReceivedBody) => Result,
  otherwise?: ChecksumAlgorithm,
): Promise<Result> {
  const { request, caller, service } = call;
  const plan = planBody(request, LARGEST_BODY_BYTES, otherwise);
  const signatures = caller.chunkSeed && new ChunkSignatures(caller.chunkSeed);
  const { contents } = service.buckets;
  const body = await receiveBody(request.incoming, plan, contents.receive(), signatures);
  try {
    return commit(body);
  } catch (error) {
    contents.release(body.content);
    throw error;
  }
}

/** The body of a request that carries XML; "" when it has none. @throws S3Error */
export async function textBody({ request, caller }: Call): Promise<string> {
  if (request.header('content-length') === undefined && !request.header('transfer-encoding')) return '';
  const plan = planBody(request, LARGEST_XML_BYTES);
  const signatures = caller.chunkSeed && new ChunkSignatures(caller.chunkSeed);
  const chunks: Buffer[] = [];
  const sink = {
    write: (chunk: Buffer) => void chunks.push(chunk),
    finish: () => ({ sizeBytes: plan.sizeBytes, read: () => chunks }),
    abandon: () => undefined,
  };
  await receiveBody(request.incoming, plan, sink, signatures);
  return Buffer.concat(chunks).toString('utf8');
}
