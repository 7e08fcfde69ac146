import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import t from 'tap';
import { startEmulator } from '../../src/harness/start.ts';
import { command, PROGRAM } from './command.ts';

const tree = {
  'plain.txt': 'plain',
  'skip.tmp': 'scratch',
  folder: { 'inner.txt': 'inner' },
};

const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '');

t.test('a directory goes to a directory that is made, and again only what changed', async (t) => {
  const cwd = t.testdir({ source: tree });
  const run = (...flags: string[]) =>
    command(['run', './source', `file://${join(cwd, 'made/there')}`, '--json', ...flags], { cwd });
  const first = await run('--exclude', '*.tmp');
  t.equal(first.code, 0, first.stderr);
  t.match(lastLine(first.stdout), { event: 'ended', transferred: 4, problems: 0, bytesTransferred: 10 });
  t.equal(readFileSync(join(cwd, 'made/there/folder/inner.txt'), 'utf8'), 'inner');
  t.notOk(existsSync(join(cwd, 'made/there/skip.tmp')));
  t.match(lastLine((await run('--exclude', '*.tmp')).stdout), { transferred: 0 });

  writeFileSync(join(cwd, 'made/there/extra.txt'), 'extra');
  writeFileSync(join(cwd, 'source/plain.txt'), 'changed here');
  const kept = await run('--no-overwrite', '--exclude', '*.tmp');
  t.equal(readFileSync(join(cwd, 'made/there/plain.txt'), 'utf8'), 'plain', kept.stdout);
  const last = await run('--delete');
  t.equal(last.code, 0, last.stderr);
  t.equal(readFileSync(join(cwd, 'made/there/plain.txt'), 'utf8'), 'changed here');
  t.notOk(existsSync(join(cwd, 'made/there/extra.txt')));
});

t.test('for people it ends with one sentence', async (t) => {
  const cwd = t.testdir({ source: tree });
  const { code, stdout, stderr } = await command(['run', 'source', 'memory:nowhere', '--mode', 'enhanced'], {
    cwd,
  });
  t.equal(code, 0, stderr);
  t.match(stdout, /^5 items \(17 B\) transferred in .* 0 failed\.\n$/);
  t.equal(stderr, '', 'no bar where nobody looks, and no warnings of others');
});

t.test('an item that fails is named with its reason, and the rest arrives', async (t) => {
  const cwd = t.testdir({ source: { 'plain.txt': 'plain', folder: {} } });
  const odd = Buffer.concat([Buffer.from(join(cwd, 'source/folder/odd-')), Buffer.from([0xff, 0xfe])]);
  try {
    writeFileSync(odd, 'x');
  } catch {
    t.comment('this file system takes no names that are not UTF-8');
    return;
  }
  const { code, stdout, stderr } = await command(['run', './source', './destination'], { cwd });
  t.equal(code, 1);
  t.match(stderr, /^\/folder\/odd-\\xff\\xfe \(\w+\): .+/);
  t.match(stdout, /1 failed\.\n$/);
  t.equal(readFileSync(join(cwd, 'destination/plain.txt'), 'utf8'), 'plain');
});

t.test('no name of a file commands the terminal', async (t) => {
  const cwd = t.testdir({ source: {}, destination: {} });
  const name = 'a\n\u001b[31mb';
  writeFileSync(join(cwd, 'source', name), 'x');
  mkdirSync(join(cwd, 'destination', name, 'in the way'), { recursive: true });
  const { code, stderr } = await command(['run', './source', './destination'], { cwd });
  t.equal(code, 1);
  t.match(stderr, /^\/a\\x0a\\x1b\[31mb \(\w+\): [^\n]+\n$/);
});

t.test('what cannot be is refused with 2, and says what to do', async (t) => {
  const cwd = t.testdir({ source: tree, 'a-file': 'x' });
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['run', './missing', './there'], /missing cannot be used: /],
    [['run', './a-file', './there'], /a-file cannot be used: /],
    [['run', './source', 'ftp://host/x'], /ftp is no kind of location known here\. Give a path/],
    [['run', './source', 's3://bucket'], /which S3 server is meant\? Give --s3-endpoint/],
    [['run', 'nfs://127.0.0.1:1/e', './there'], /nfs:\/\/127\.0\.0\.1:1\/e cannot be used: /],
    [
      ['run', './source', 'smb://me:hidden@127.0.0.1:1/s'],
      /smb:\/\/\*\*\*@127\.0\.0\.1:1\/s cannot be used: /,
    ],
    [
      ['run', 'smb://me@host/s', './there', '--source-password-file', './missing'],
      /password file \.\/missing cannot be read \(ENOENT\)/,
    ],
    [['run', './source', 'smb://me@host/s'], /has no password\. Set DATASYNC_LOCAL_DESTINATION_PASSWORD/],
    [['run', './source', 's3://'], /write it as s3:\/\/bucket/],
    [['run', './source'], /missing required argument 'destination'/],
    [
      ['run', './source', './there', '--verify', 'some'],
      /Allowed choices are transferred, everything, nothing/,
    ],
    [['run', './source', './there', '--bytes-per-second', '0'], /whole number of bytes, 1 or more/],
    [['run', './source', './there', '--all', '--delete'], /cannot be used with option '--delete'/],
    [['run', './source', './there', '--include', '*.txt'], /--include: .* not its last character/],
    [['run', './source', './source/there'], /destination lies inside the source/],
    [['run', './source/folder', './source', '--delete'], /source lies inside the destination/],
    [['run', './source', './source'], /the same place/],
    [
      [
        'run',
        './source',
        's3://b/p',
        '--s3-endpoint',
        'http://127.0.0.1:1',
        '--s3-access-key-id',
        'a',
        '--s3-secret-access-key',
        'hidden',
      ],
      /s3:\/\/b\/p cannot be used: /,
    ],
  ];
  const answers = await Promise.all(cases.map(([args]) => command(args, { cwd })));
  for (const [index, [args, words]] of cases.entries()) {
    const { code, stdout, stderr } = answers[index] ?? { code: null, stdout: '', stderr: '' };
    t.equal(code, 2, args.join(' '));
    t.match(stderr, words);
    t.equal(stdout, '');
    t.notMatch(stderr, /^\s+at |hidden/m, 'no stack and no secret');
  }
  t.notOk(existsSync(join(cwd, 'there')), 'nothing was made');
  t.strictSame(readdirSync(join(cwd, 'source')), ['folder', 'plain.txt', 'skip.tmp']);
});

t.test('to a bucket and back', async (t) => {
  const cwd = t.testdir({ source: tree });
  mkdirSync(join(cwd, 'source/empty'));
  await using emulator = await startEmulator({ port: 0 });
  const s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
  });
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  const env = {
    DATASYNC_LOCAL_S3_ENDPOINT: emulator.endpoint,
    DATASYNC_LOCAL_S3_ACCESS_KEY_ID: '111122223333',
    DATASYNC_LOCAL_S3_SECRET_ACCESS_KEY: 'test',
  };
  const there = await command(['run', './source', 's3://bucket/some/prefix', '--verify', 'everything'], {
    cwd,
    env,
  });
  t.equal(there.code, 0, there.stderr);
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: 'bucket', Key: 'some/prefix/folder/inner.txt' }),
  );
  t.equal(await Body?.transformToString(), 'inner');
  const back = await command(['run', 's3://bucket/some/prefix/', './back'], { cwd, env });
  t.equal(back.code, 0, back.stderr);
  t.equal(readFileSync(join(cwd, 'back/folder/inner.txt'), 'utf8'), 'inner');
  t.ok(existsSync(join(cwd, 'back/empty')));
  s3.destroy();
});

t.test('a run that is stopped clears up; after one that was killed the next does', async (t) => {
  const cwd = t.testdir({ source: { large: Buffer.alloc(600_000, 'x') } });
  const stopped = async (signal: NodeJS.Signals) => {
    const args = [PROGRAM, 'run', './source', './there', '--bytes-per-second', '500000'];
    const child = spawn(process.execPath, args, { cwd, stdio: 'ignore' });
    const ended = once(child, 'exit');
    // The helper folder may be that of the probe still, which has nothing in it.
    const helper = join(cwd, 'there/.aws-datasync');
    while (!existsSync(helper) || readdirSync(helper).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill(signal);
    return await ended;
  };
  t.strictSame(await stopped('SIGTERM'), [143, null]);
  t.strictSame(readdirSync(join(cwd, 'there')), []);
  t.strictSame(await stopped('SIGKILL'), [null, 'SIGKILL']);
  t.strictSame(readdirSync(join(cwd, 'there')), ['.aws-datasync']);
  const next = await command(['run', './source', './there'], { cwd });
  t.equal(next.code, 0, next.stderr);
  t.strictSame(readdirSync(join(cwd, 'there')), ['large']);
});
