import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { BUCKET, type Clients, PREFIX } from './client.ts';
import type { DemoPlace } from './place.ts';

/** Compares objects with their files, byte for byte, and names those that differ. */
export async function differences(
  { s3 }: Clients,
  place: DemoPlace,
  paths: readonly string[],
): Promise<string[]> {
  const different: string[] = [];
  for (const path of paths) {
    const Key = `${PREFIX}${path.slice(1)}`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    const object = Buffer.from((await Body?.transformToByteArray()) ?? []);
    if (!object.equals(await place.read(path))) different.push(path);
  }
  return different;
}

/** The metadata that DataSync keeps on an object, such as file-mtime. */
export async function metadataOf({ s3 }: Clients, path: string): Promise<Record<string, string>> {
  const Key = `${PREFIX}${path.slice(1)}`;
  const { Metadata = {} } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
  return Metadata;
}
