// The tags of an object, read and written on their own.

import { createHash } from 'node:crypto';
import type { S3Client } from './client.ts';
import { type AboutKey, versionQuery } from './objects.ts';
import { child, escapeXml, member, members, parseXml } from './xml.ts';

type Tags = Readonly<Record<string, string>>;

/** The tags of an object; empty when it has none. */
export async function getTags(client: S3Client, about: AboutKey): Promise<Tags> {
  const query = { tagging: '', ...versionQuery(about) };
  const { body } = await client.call({ operation: 'GetObjectTagging', method: 'GET', ...about, query });
  const set = child(parseXml(body.toString())?.value, 'TagSet');
  const pairs = members(set, 'Tag').map((tag) => [member(tag, 'Key') ?? '', member(tag, 'Value') ?? '']);
  return Object.fromEntries(pairs);
}

/** Some servers (Ceph 16) take a copy with new tags and leave the tags out: they are then written on their own. */
export async function assureTags(client: S3Client, about: AboutKey, tags: Tags): Promise<void> {
  if (Object.keys(tags).length === 0) return;
  const kept = await getTags(client, about);
  if (Object.entries(tags).every(([key, value]) => kept[key] === value)) return;
  await putTags(client, about, tags);
}

async function putTags(client: S3Client, about: AboutKey, tags: Tags): Promise<void> {
  const list = Object.entries(tags).map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  const body = Buffer.from(`<Tagging><TagSet>${list.join('')}</TagSet></Tagging>`);
  await client.call({
    operation: 'PutObjectTagging',
    method: 'PUT',
    ...about,
    query: { tagging: '', ...versionQuery(about) },
    headers: {
      'content-type': 'application/xml',
      'content-md5': createHash('md5').update(body).digest('base64'),
    },
    body,
  });
}
