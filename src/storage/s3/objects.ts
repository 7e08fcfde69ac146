// The small requests about one object.

import { StorageError } from '../backend.ts';
import type { Headers, S3Client } from './client.ts';

/** Which object, and for messages the path it stands for. */
export interface AboutKey {
  readonly key: string;
  readonly path: string;
  readonly versionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined when there is no such object, or no such version of it. */
export async function headObject(client: S3Client, about: AboutKey): Promise<Headers | undefined> {
  try {
    const call = { operation: 'HeadObject', method: 'HEAD', ...about, query: versionQuery(about) } as const;
    return (await client.call(call)).headers;
  } catch (error) {
    if (error instanceof StorageError && isAbsence(error, about.versionId)) return undefined;
    throw error;
  }
}

/** The content of an object that is known to be small. */
export async function getSmallObject(client: S3Client, about: AboutKey): Promise<Buffer> {
  const call = { operation: 'GetObject', method: 'GET', ...about, query: versionQuery(about) } as const;
  return (await client.call(call)).body;
}

/** One that is not there is no failure. In a bucket with versions a named one is destroyed, else hidden by a marker. */
export async function deleteObject(client: S3Client, about: AboutKey): Promise<void> {
  await client.call({ operation: 'DeleteObject', method: 'DELETE', ...about, query: versionQuery(about) });
}

/** The query that names a version, when one is meant. */
export function versionQuery({ versionId }: AboutKey): Record<string, string> {
  return versionId === undefined ? {} : { versionId };
}

/** A version that never was is a bad request; one that is a delete marker is not allowed to be asked for. */
function isAbsence({ kind, code }: StorageError, versionId: string | undefined): boolean {
  return kind === 'NotFound' || (versionId !== undefined && (code === 'HTTP 400' || code === 'HTTP 405'));
}
