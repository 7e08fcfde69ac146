// S3 clients that we did not write, each as a user has it, in one shape.

import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client as Sdk,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Target } from '../target.ts';
import { environmentFor, outputOf, PYTHON, unlessPresent } from './tools.ts';

/** What `describe` finds of an object that `put` wrote. */
export interface Described {
  readonly colour: unknown;
  readonly type: unknown;
}

export interface S3Client {
  readonly name: string;
  /** Makes the bucket hold what the directory holds: uploads and deletes. */
  sync(directory: string, bucket: string): Promise<void>;
  /** Brings all objects into an empty directory. */
  fetch(bucket: string, directory: string): Promise<void>;
  /** Uploads with the metadata colour=blue and the type text/x-odd. */
  put(file: string, bucket: string, key: string): Promise<void>;
  describe(bucket: string, key: string): Promise<Described>;
}

/** A client, or why it is left out here. */
export interface Candidate {
  readonly name: string;
  readonly skip: string | false;
  start(target: Target, place: string): S3Client;
}

const METADATA = { colour: 'blue' };
const TYPE = 'text/x-odd';

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

async function keysIn(client: Sdk, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client, pageSize: 7 }, { Bucket: bucket })) {
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
  }
  return keys;
}

/** @aws-sdk/client-s3 with the settings it has by itself: a CRC32 in a trailer, parts beyond 5 MiB. */
function sdk({ s3: client }: Target): S3Client {
  const upload = (file: string, bucket: string, key: string, more: object = {}) =>
    new Upload({
      client,
      params: { Bucket: bucket, Key: key, Body: createReadStream(file), ...more },
    }).done();
  return {
    name: '@aws-sdk/client-s3',
    async sync(directory, bucket) {
      const files = await filesBelow(directory);
      for (const file of files) await upload(join(directory, file), bucket, file);
      const extra = (await keysIn(client, bucket)).filter((key) => !files.includes(key));
      if (extra.length === 0) return;
      const Objects = extra.map((Key) => ({ Key }));
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    },
    async fetch(bucket, directory) {
      for (const Key of await keysIn(client, bucket)) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        await mkdir(dirname(join(directory, Key)), { recursive: true });
        await writeFile(join(directory, Key), (await Body?.transformToByteArray()) ?? '');
      }
    },
    async put(file, bucket, key) {
      await upload(file, bucket, key, { Metadata: METADATA, ContentType: TYPE });
    },
    async describe(bucket, key) {
      const { Metadata, ContentType } = await client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key }),
      );
      return { colour: Metadata?.['colour'], type: ContentType };
    },
  };
}

function boto3(target: Target): S3Client {
  const script = fileURLToPath(new URL('./boto3_s3.py', import.meta.url));
  const run = (...args: string[]) => outputOf(PYTHON, [script, ...args], environmentFor(target));
  return {
    name: 'boto3',
    sync: async (directory, bucket) => void (await run('sync', directory, bucket)),
    fetch: async (bucket, directory) => void (await run('fetch', bucket, directory)),
    put: async (file, bucket, key) => void (await run('put', file, bucket, key)),
    describe: async (bucket, key) => JSON.parse(await run('describe', bucket, key)),
  };
}

function awsCli(target: Target): S3Client {
  const run = (...args: string[]) => outputOf('aws', args, environmentFor(target));
  return {
    name: 'the AWS CLI',
    sync: async (directory, bucket) =>
      void (await run('s3', 'sync', '--delete', '--only-show-errors', directory, `s3://${bucket}`)),
    fetch: async (bucket, directory) =>
      void (await run('s3', 'sync', '--only-show-errors', `s3://${bucket}`, directory)),
    put: async (file, bucket, key) =>
      void (await run(
        's3',
        'cp',
        file,
        `s3://${bucket}/${key}`,
        '--metadata',
        'colour=blue',
        '--content-type',
        TYPE,
      )),
    async describe(bucket, key) {
      const head = JSON.parse(
        await run('s3api', 'head-object', '--bucket', bucket, '--key', key, '--output', 'json'),
      );
      return { colour: head.Metadata.colour, type: head.ContentType };
    },
  };
}

/** What rclone reads of its settings; the remote is `embedded:`. */
export function rcloneEnvironment(target: Target): NodeJS.ProcessEnv {
  return {
    ...environmentFor(target),
    RCLONE_CONFIG: '/notfound',
    RCLONE_CONFIG_EMBEDDED_TYPE: 's3',
    RCLONE_CONFIG_EMBEDDED_PROVIDER: 'Other',
    RCLONE_CONFIG_EMBEDDED_ENDPOINT: target.endpoint,
    RCLONE_CONFIG_EMBEDDED_ACCESS_KEY_ID: target.account,
    RCLONE_CONFIG_EMBEDDED_SECRET_ACCESS_KEY: 'anything',
    RCLONE_CONFIG_EMBEDDED_UPLOAD_CUTOFF: '8Mi',
  };
}

function rclone(target: Target): S3Client {
  const run = (...args: string[]) => outputOf('rclone', args, rcloneEnvironment(target));
  return {
    name: 'rclone',
    sync: async (directory, bucket) => void (await run('sync', directory, `embedded:${bucket}`)),
    fetch: async (bucket, directory) => void (await run('copy', `embedded:${bucket}`, directory)),
    put: async (file, bucket, key) =>
      void (await run(
        'copyto',
        '--metadata',
        ...['--metadata-set', 'colour=blue', '--metadata-set', `content-type=${TYPE}`],
        file,
        `embedded:${bucket}/${key}`,
      )),
    async describe(bucket, key) {
      const [object] = JSON.parse(await run('lsjson', '--metadata', `embedded:${bucket}/${key}`));
      return { colour: object.Metadata.colour, type: object.MimeType };
    },
  };
}

/** What mc reads of its settings; the server is `embedded`. */
export function mcEnvironment(target: Target, place: string): NodeJS.ProcessEnv {
  const { host } = new URL(target.endpoint);
  return {
    ...environmentFor(target),
    MC_CONFIG_DIR: join(place, 'mc'),
    MC_HOST_embedded: `http://${target.account}:anything@${host}`,
  };
}

function mc(target: Target, place: string): S3Client {
  const run = (...args: string[]) => outputOf('mc', ['--quiet', ...args], mcEnvironment(target, place));
  return {
    name: 'mc',
    sync: async (directory, bucket) =>
      void (await run('mirror', '--overwrite', '--remove', directory, `embedded/${bucket}`)),
    fetch: async (bucket, directory) => void (await run('mirror', `embedded/${bucket}`, directory)),
    put: async (file, bucket, key) =>
      void (await run('cp', '--attr', `colour=blue;Content-Type=${TYPE}`, file, `embedded/${bucket}/${key}`)),
    async describe(bucket, key) {
      const { metadata } = JSON.parse(await run('stat', '--json', `embedded/${bucket}/${key}`));
      return { colour: metadata['X-Amz-Meta-Colour'], type: metadata['Content-Type'] };
    },
  };
}

/** All of them, in the order in which one reads what the one before it wrote. */
export const CANDIDATES: readonly Candidate[] = [
  { name: '@aws-sdk/client-s3', skip: false, start: sdk },
  { name: 'boto3', skip: unlessPresent(PYTHON, ['-c', 'import boto3']), start: boto3 },
  { name: 'the AWS CLI', skip: unlessPresent('aws', ['--version']), start: awsCli },
  { name: 'rclone', skip: unlessPresent('rclone', ['version']), start: rclone },
  { name: 'mc', skip: unlessPresent('mc', ['--version']), start: mc },
];
