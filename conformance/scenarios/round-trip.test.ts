// A tree with every metadata case goes from a directory to S3 and back to a directory, and is then compared by
// tools that know nothing of us: find and sha256sum.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { efsLocation, nfsLocation, readyTask, runToEnd, s3Location } from '../story.ts';
import { startTarget } from '../target.ts';

const asRoot = process.getuid?.() === 0;

/** Each odd thing that a tree can hold and S3 can carry. */
function fillTree(root: string): void {
  const file = (path: string, content: string | Buffer = path) => writeFileSync(join(root, path), content);
  mkdirSync(join(root, 'deep/er/still'), { recursive: true });
  mkdirSync(join(root, 'empty directory'));
  file('plain.txt');
  file('empty.txt', '');
  file('deep/er/still/a file.bin', Buffer.alloc(100_000, 'abc'));
  for (const name of [
    'sp ace',
    'plus+',
    'per%20cent',
    'qu"ote',
    "apo'strophe",
    'a&b<c>',
    'ünïcode-é',
    '日本',
    '😀',
  ]) {
    file(`deep/${name}`);
  }
  file('a');
  file('a-b');
  mkdirSync(join(root, 'a.d'));
  file('a.d/inside');
  file('large.bin', Buffer.alloc(20 * 1024 * 1024 + 7, 'large'));
  file('sparse.bin', 'x');
  truncateSync(join(root, 'sparse.bin'), 3_000_000);
  file('script.sh');
  chmodSync(join(root, 'script.sh'), 0o755);
  file('private');
  chmodSync(join(root, 'private'), 0o600);
  file('set-uid');
  chmodSync(join(root, 'set-uid'), 0o4711);
  chmodSync(join(root, 'empty directory'), 0o2750);
  symlinkSync('deep/er', join(root, 'link-to-directory'));
  symlinkSync('nowhere at all', join(root, 'dangling link'));
  symlinkSync('/etc/passwd', join(root, 'link-outside'));
  file('linked');
  linkSync(join(root, 'linked'), join(root, 'deep/linked-too'));
  if (asRoot) {
    execFileSync('chown', ['1001:20', join(root, 'private')]);
    execFileSync('chown', ['-h', '1002:21', join(root, 'dangling link')]);
    execFileSync('chown', ['1003:22', join(root, 'empty directory')]);
  }
  stampAll(root);
}

/** Times with all nine digits behind the second, another for each entry. */
function stampAll(root: string): void {
  const paths = execFileSync('find', [root, '-depth', '-print0'], { encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  for (const [index, path] of paths.entries()) {
    const nanoseconds = String(123_456_789 + index * 1001).padStart(9, '0');
    execFileSync('touch', ['-h', '-m', '-d', `@${1_700_000_000 + index}.${nanoseconds}`, path]);
  }
}

/** Type, permissions, owner, group, time, link count, link target and path of everything, by find. */
function listing(root: string): string[] {
  const format = '%y %m %U %G %T@ %l %P\n';
  return execFileSync('find', [root, '-printf', format], { encoding: 'utf8' }).split('\n').sort();
}

/** Names that share an inode, by find. */
function hardLinks(root: string): string[] {
  const lines = execFileSync('find', [root, '-type', 'f', '-links', '+1', '-printf', '%i %P\n'], {
    encoding: 'utf8',
  });
  const byInode: Record<string, string[]> = {};
  for (const line of lines.split('\n').filter(Boolean)) {
    const [inode = '', ...name] = line.split(' ');
    byInode[inode] = [...(byInode[inode] ?? []), name.join(' ')].sort();
  }
  return Object.values(byInode).map((names) => names.join(' = '));
}

function checksums(root: string): string {
  return execFileSync('sh', ['-c', 'find . -type f -print0 | sort -z | xargs -0 sha256sum'], {
    cwd: root,
    encoding: 'utf8',
  });
}

async function roundTrip(t: Test, bucket: string, prefix: string | undefined) {
  const place = mkdtempSync(join(tmpdir(), 'datasync-round-trip-'));
  t.teardown(() => rmSync(place, { recursive: true, force: true }));
  const from = join(place, 'from');
  const back = join(place, 'back');
  mkdirSync(from);
  mkdirSync(back);
  fillTree(from);
  await using target = await startTarget([
    '--bind',
    `nfs://nas.example/from=directory:${from}`,
    '--bind',
    `efs://us-east-1.fs-0123456789abcdef0=directory:${back}`,
  ]);
  const source = await nfsLocation(target, 'nas.example', '/from');
  const middle = await s3Location(target, bucket, prefix);
  const destination = await efsLocation(target, 'fs-0123456789abcdef0');

  const up = await runToEnd(target, await readyTask(target, source, middle));
  t.same([up.Status, up.Result?.ErrorDetail], ['SUCCESS', undefined], 'to S3');
  const down = await runToEnd(target, await readyTask(target, middle, destination));
  t.same([down.Status, down.Result?.ErrorDetail], ['SUCCESS', undefined], 'back from S3');

  t.same(listing(back), listing(from), 'types, modes, owners, times and link targets');
  t.same(hardLinks(back), hardLinks(from), 'hard links');
  t.equal(checksums(back), checksums(from), 'content');

  const again = await runToEnd(target, await readyTask(target, source, middle));
  t.same([again.Status, again.FilesTransferred], ['SUCCESS', 0], 'a second run to S3 finds nothing to do');
}

t.test('every metadata case, through the root of a bucket', (t) => roundTrip(t, 'round-trip', undefined));
t.test('every metadata case, through a prefix', (t) => roundTrip(t, 'round-trip-prefix', '/some/where'));
