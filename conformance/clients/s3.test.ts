// Clients that we did not write agree on the embedded S3: what one of them wrote, another one reads.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import t from 'tap';
import { startTarget } from '../target.ts';
import { CANDIDATES, mcEnvironment, rcloneEnvironment } from './s3-clients.ts';
import { changeTree, fillTree } from './s3-tree.ts';
import { environmentFor, outputOf } from './tools.ts';

const place = mkdtempSync(join(tmpdir(), 'datasync-local-s3-'));
const target = await startTarget();
// Other programs start anew for each of their steps.
t.setTimeout(180_000);
t.teardown(async () => {
  await target[Symbol.asyncDispose]();
  rmSync(place, { recursive: true, force: true });
});

const skipOf = (name: string) => CANDIDATES.find((candidate) => candidate.name === name)?.skip ?? false;

async function newBucket(name: string): Promise<string> {
  await target.s3.send(new CreateBucketCommand({ Bucket: name }));
  return name;
}

function newDirectory(name: string): string {
  const path = join(place, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const same = (one: string, other: string) => outputOf('diff', ['-r', one, other], process.env);

const present = CANDIDATES.filter(({ skip }) => !skip).map(({ start }) => start(target, place));

for (const [index, { name, skip }] of CANDIDATES.entries()) {
  const writer = present.find((client) => client.name === name);
  // The next one that is here; nobody may check what it wrote itself.
  const reader = present[(writer ? present.indexOf(writer) + 1 : 0) % present.length];
  const alone = reader === writer ? 'there is no second client here that could read it' : false;

  t.test(`what ${name} writes, another client reads`, { skip: skip || alone }, async (t) => {
    if (!writer || !reader) throw new Error('There is nobody to write or to read.');
    t.comment(`${reader.name} reads`);
    const source = newDirectory(`source-${index}`);
    const bucket = await newBucket(`clients-${index}`);
    fillTree(source);
    await writer.sync(source, bucket);
    const first = newDirectory(`first-${index}`);
    await reader.fetch(bucket, first);
    await t.resolves(same(source, first), 'odd names, empty files, parts: byte for byte');

    changeTree(source);
    await writer.sync(source, bucket);
    const second = newDirectory(`second-${index}`);
    await reader.fetch(bucket, second);
    await t.resolves(same(source, second), 'changes and deletions');

    await writer.put(join(source, 'ünï-日本-😀'), bucket, 'meta/data &+%.txt');
    const described = await reader.describe(bucket, 'meta/data &+%.txt');
    t.same(described, { colour: 'blue', type: 'text/x-odd' }, 'metadata');
  });
}

const rclone = { skip: skipOf('rclone') };

t.test('rclone sync, and rclone check --download finds no difference', rclone, async (t) => {
  const run = (...args: string[]) => outputOf('rclone', args, rcloneEnvironment(target));
  const source = newDirectory('checked');
  const bucket = await newBucket('checked');
  fillTree(source);
  await run('sync', source, `embedded:${bucket}`);
  await t.resolves(run('check', '--download', source, `embedded:${bucket}`));
  await t.resolves(run('check', source, `embedded:${bucket}`), 'by checksums too');
  writeFileSync(join(source, 'folder/one byte'), 'y');
  await t.rejects(run('check', '--download', source, `embedded:${bucket}`), 'it sees a byte that differs');
});

t.test('mc mirror, and mc diff finds no difference', { skip: skipOf('mc') }, async (t) => {
  const run = (...args: string[]) => outputOf('mc', args, mcEnvironment(target, place));
  const source = newDirectory('mirrored');
  const bucket = await newBucket('mirrored');
  fillTree(source);
  await run('--quiet', 'mirror', source, `embedded/${bucket}`);
  t.equal(await run('diff', source, `embedded/${bucket}`), '');
  rmSync(join(source, 'plain.txt'));
  t.match(await run('diff', source, `embedded/${bucket}`), 'plain.txt', 'it sees a file that is not there');
});

const cli = { skip: skipOf('the AWS CLI') };

t.test('a multipart upload by hand, with aws s3api', cli, async (t) => {
  const bucket = await newBucket('by-hand');
  const run = async (action: string, ...args: string[]) => {
    const all = ['s3api', action, '--bucket', bucket, '--output', 'json', ...args];
    const text = await outputOf('aws', all, environmentFor(target));
    return text.trim() === '' ? {} : JSON.parse(text);
  };
  const parts = [Buffer.alloc(5 * 1024 * 1024, 'first '), Buffer.from('second')];
  for (const [index, part] of parts.entries()) writeFileSync(join(place, `part-${index + 1}`), part);
  const { UploadId } = await run(
    'create-multipart-upload',
    ...['--key', 'assembled', '--metadata', 'colour=blue', '--checksum-algorithm', 'SHA256'],
  );
  const here = ['--key', 'assembled', '--upload-id', UploadId];
  // The second one first: the order of arrival is nobody's business.
  const Parts = [];
  for (const number of [2, 1]) {
    const body = ['--body', join(place, `part-${number}`), '--checksum-algorithm', 'SHA256'];
    const { ETag, ChecksumSHA256 } = await run('upload-part', ...here, '--part-number', `${number}`, ...body);
    Parts.unshift({ PartNumber: number, ETag, ChecksumSHA256 });
  }
  const list = await run('list-parts', ...here);
  t.match(list, { Parts: parts.map((part, index) => ({ PartNumber: index + 1, Size: part.length })) });
  const complete = (all: readonly object[]) =>
    run('complete-multipart-upload', ...here, '--multipart-upload', JSON.stringify({ Parts: all }));
  await t.rejects(complete([...Parts].reverse()), /InvalidPartOrder/);
  t.match(await complete(Parts), { ETag: /-2"$/ });

  const back = join(place, 'assembled');
  const got = await run('get-object', '--key', 'assembled', '--checksum-mode', 'ENABLED', back);
  t.match(got, { Metadata: { colour: 'blue' }, ChecksumSHA256: /-2$/ });
  t.ok(readFileSync(back).equals(Buffer.concat(parts)));

  t.same((await target.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [], []);
  const { Contents } = await target.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  t.same(
    Contents?.map(({ Key }) => Key),
    ['assembled'],
  );
});

t.test('a link made by aws s3 presign needs no keys', cli, async (t) => {
  const bucket = await newBucket('presigned');
  await target.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'ünï & more', Body: 'for everybody' }));
  const link = await outputOf('aws', ['s3', 'presign', `s3://${bucket}/ünï & more`], environmentFor(target));
  t.equal(await (await fetch(link.trim())).text(), 'for everybody');
});
