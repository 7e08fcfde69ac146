// The small requests about one object.

import { StorageError } from '../backend.ts';
import type { Headers, S3Client } from './client.ts';
import { child, member, members, parseXml } from './xml.ts';

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
    const call = { operation: 'HeadObject', method: 'HEAD', ...about, query: version(about) } as const;
    return (await client.call(call)).headers;
  } catch (error) {
    if (error instanceof StorageError && isAbsence(error, about.versionId)) return undefined;
    throw error;
  }
}

/** The content of an object that is known to be small. */
export async function getSmallObject(client: S3Client, about: AboutKey): Promise<Buffer> {
  const call = { operation: 'GetObject', method: 'GET', ...about, query: version(about) } as const;
  return (await client.call(call)).body;
}

/** One that is not there is no failure. In a bucket with versions a named one is destroyed, else hidden by a marker. */
export async function deleteObject(client: S3Client, about: AboutKey): Promise<void> {
  await client.call({ operation: 'DeleteObject', method: 'DELETE', ...about, query: version(about) });
}

/** The tags of an object; empty when it has none. */
export async function getTags(client: S3Client, about: AboutKey): Promise<Readonly<Record<string, string>>> {
  const query = { tagging: '', ...version(about) };
  const { body } = await client.call({ operation: 'GetObjectTagging', method: 'GET', ...about, query });
  const set = child(parseXml(body.toString())?.value, 'TagSet');
  const pairs = members(set, 'Tag').map((tag) => [member(tag, 'Key') ?? '', member(tag, 'Value') ?? '']);
  return Object.fromEntries(pairs);
}

function version({ versionId }: AboutKey): Record<string, string> {
  return versionId === undefined ? {} : { versionId };
}

/** A version that never was is a bad request; one that is a delete marker is not allowed to be asked for. */
function isAbsence({ kind, code }: StorageError, versionId: string | undefined): boolean {
  return kind === 'NotFound' || (versionId !== undefined && (code === 'HTTP 400' || code === 'HTTP 405'));
}
