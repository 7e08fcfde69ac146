// What a directory or a bucket holds, as lines for people. Nothing of src is used: this is the second opinion.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Eight digits are enough to tell contents apart. */
const shortHash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);

/** Who runs the tests is `me`, so that the lines hold for root and others. */
const owner = (uid: string, gid: string) =>
  `${uid === String(process.getuid?.()) ? 'me' : uid}:${gid === String(process.getgid?.()) ? 'me' : gid}`;

/** As seconds: `1700000000.25`. */
function seconds(ns: bigint): string {
  const fraction = String(ns % 1_000_000_000n).padStart(9, '0');
  return `${ns / 1_000_000_000n}.${fraction}`.replace(/\.?0+$/, '');
}

const octal = (mode: number) => (mode & 0o7777).toString(8).padStart(4, '0');

const byPath = (lines: ReadonlyMap<string, string>) =>
  [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, line]) => `${line} ${path}`);

/**
 * One line an item, by path: `f MODE OWNER MTIME SIZE HASH PATH`, `d MODE OWNER MTIME PATH/`,
 * `l OWNER MTIME TARGET PATH`. The root is `./`.
 */
export function directoryTree(root: string): readonly string[] {
  const lines = new Map([['./', itemLine(root)]]);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const at = join(entry.parentPath, entry.name);
    lines.set(`${relative(root, at)}${entry.isDirectory() ? '/' : ''}`, itemLine(at));
  }
  return byPath(lines);
}

function itemLine(at: string): string {
  const stat = lstatSync(at);
  const who = owner(String(stat.uid), String(stat.gid));
  const when = seconds(lstatSync(at, { bigint: true }).mtimeNs);
  if (stat.isSymbolicLink()) return `l ${who} ${when} ${readlinkSync(at)}`;
  if (stat.isDirectory()) return `d ${octal(stat.mode)} ${who} ${when}`;
  return `f ${octal(stat.mode)} ${who} ${when} ${stat.size} ${shortHash(readFileSync(at))}`;
}

/** Keys below a prefix, in the order of the server. */
export async function keysBelow(s3: S3Client, Bucket: string, Prefix = ''): Promise<readonly string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
    for (const { Key = '' } of page.Contents ?? []) keys.push(Key);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return keys;
}

/** The same lines for a bucket, from the metadata of its objects; what an object does not say is `-`. */
export async function bucketTree(s3: S3Client, bucket: string, prefix = ''): Promise<readonly string[]> {
  const lines = new Map<string, string>();
  for (const key of await keysBelow(s3, bucket, prefix)) {
    const object = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = await bytesOf(s3, bucket, key);
    const path =
      key === `${prefix}.aws-datasync-metadata` || key === prefix ? './' : key.slice(prefix.length);
    lines.set(path, objectLine(path, bytes, object) + (await extras(s3, bucket, key, object)));
  }
  return byPath(lines);
}

/** Undefined when the object is archived. */
async function bytesOf(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array | undefined> {
  try {
    return await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray();
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidObjectState') return undefined;
    throw error;
  }
}

function objectLine(path: string, bytes: Uint8Array | undefined, object: HeadObjectCommandOutput): string {
  const { Metadata = {}, ContentLength } = object;
  const bits = Metadata['file-permissions'];
  if (bits !== undefined && !/^0(10|04|12)0?[0-7]{4}$/.test(bits)) throw new Error(`${path}: ${bits}`);
  const mode = bits === undefined ? '-' : octal(Number.parseInt(bits, 8));
  const who = owner(Metadata['file-owner'] ?? '-', Metadata['file-group'] ?? '-');
  const when = timeOf(Metadata['file-mtime']);
  if (bits?.startsWith('012')) return `l ${who} ${when} ${Buffer.from(bytes ?? [])}`;
  const content = bytes ? `${bytes.length} ${shortHash(bytes)}` : `${ContentLength} archived`;
  if (!path.endsWith('/')) return `f ${mode} ${who} ${when} ${content}`;
  return `d ${mode} ${who} ${when}${bytes?.length === 0 ? '' : ' with content'}`;
}

/** Nanoseconds as Basic mode writes them, milliseconds as Enhanced mode does. */
function timeOf(text: string | undefined): string {
  if (text === undefined) return '-';
  const [, number = '', unit] = /^(\d+)(ns)?$/.exec(text) ?? [];
  if (number === '') throw new Error(`file-mtime: ${text}`);
  return seconds(unit ? BigInt(number) : BigInt(number) * 1_000_000n);
}

/** Tags, other user metadata and a class other than STANDARD, each only if there is one. */
async function extras(s3: S3Client, Bucket: string, Key: string, object: HeadObjectCommandOutput) {
  const user = Object.entries(object.Metadata ?? {}).filter(([name]) => !/^file-/.test(name));
  const all = user.sort().map(([name, value]) => ` ${name}=${value}`);
  if ((object.StorageClass ?? 'STANDARD') !== 'STANDARD') all.push(` ${object.StorageClass}`);
  const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
  const tags = TagSet.map((tag) => `${tag.Key}:${tag.Value}`).sort();
  return all.join('') + (tags.length > 0 ? ` [${tags.join(' ')}]` : '');
}
