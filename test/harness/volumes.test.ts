import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Emulator, startEmulator } from '../../src/index.ts';

async function started(t: Test): Promise<{ emulator: Emulator; ask: ReturnType<typeof asker> }> {
  const emulator = await startEmulator({ port: 0 });
  t.teardown(() => emulator.close());
  return { emulator, ask: asker(emulator) };
}

const asker =
  ({ endpoint }: Emulator) =>
  async (method: string, path: string, body?: string | Uint8Array) => {
    const response = await fetch(`${endpoint}/_datasync/volumes${path}`, {
      method,
      ...(body !== undefined && { body: body as string }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      bytes,
      json: isJson ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {},
    };
  };

t.test('what is not there, and what is asked in a wrong way, is told', async (t) => {
  const { ask, emulator } = await started(t);
  const none = await ask('GET', '/nas.memory/a');
  t.equal(none.status, 404);
  t.match(none.json, { message: 'There is no volume nas.memory. There are: none. A PUT makes one.' });
  t.same(emulator.volumes.names(), [], 'looking makes none');
  await ask('PUT', '/nas.memory/dir/file', 'content');
  const wrong: [string, string, string | undefined, number, RegExp][] = [
    ['GET', '/nas.memory/gone', undefined, 404, /nas\.memory\/gone: No such file or directory/],
    ['DELETE', '/nas.memory/gone', undefined, 404, /No such file/],
    ['PATCH', '/nas.memory/gone', '{"mode":"0600"}', 404, /No such file/],
    ['PUT', '/nas.memory/dir', 'x', 409, /nas\.memory\/dir: Is a directory/],
    ['PUT', '/nas.memory/dir/file/below', 'x', 409, /Not a directory/],
    ['PUT', '/nas.memory/dir/file?directory', '', 409, /File exists/],
    ['PUT', '/nas.memory/x?mode=99', 'x', 400, /^mode=99 is not what is wanted/],
    ['PUT', '/nas.memory/x?mtime=yesterday', 'x', 400, /^mtime=yesterday is no instant/],
    ['PUT', '/nas.memory/x%2F..%2Fy', 'x', 400, /is no path in a volume: it holds the name ".."/],
    ['PATCH', '/nas.memory/dir/file', '{"mode":"rw"}', 400, /^mode must match pattern/],
    ['PATCH', '/nas.memory/dir/file', '{"owner":1}', 400, /There is no member owner/],
    ['PATCH', '/nas.memory/dir/file', '{', 400, /The body cannot be read/],
    ['PUT', '/nas.memory/t?tar', 'no archive at all'.repeat(100), 400, /The archive cannot be read/],
    ['POST', '/nas.memory/x', 'x', 404, /There is nothing for POST/],
  ];
  for (const [method, path, body, status, message] of wrong) {
    const answer = await ask(method, path, body);
    t.equal(answer.status, status, `${method} ${path}`);
    t.match(answer.json['message'], message, `${method} ${path}`);
  }
  t.equal((await ask('GET', '/nas.memory/dir/file')).bytes.toString(), 'content', 'nothing was lost');
});

t.test('files are put, read, changed, listed and taken away', async (t) => {
  const { ask, emulator } = await started(t);
  const put = await ask(
    'PUT',
    '/nas.memory/export/a%20b.bin?mode=0640&uid=7&gid=8&mtime=2026-01-02T03:04:05.25Z',
    Buffer.alloc(300_000, 7),
  );
  t.equal(put.status, 201);
  t.match(put.json, {
    volume: 'nas.memory',
    path: 'export/a b.bin',
    sizeBytes: 300_000,
    mode: '0640',
    uid: 7,
    gid: 8,
  });
  t.match(put.json, { mtime: '2026-01-02T03:04:05.250000000Z' });
  t.ok((await ask('GET', '/nas.memory/export/a%20b.bin')).bytes.equals(Buffer.alloc(300_000, 7)));
  t.equal(
    emulator.volumes.get('nas.memory').statSync('/export/a b.bin').size,
    300_000,
    'it is the volume itself',
  );
  t.match((await ask('PATCH', '/nas.memory/export/a%20b.bin', '{"mode":"0600","mtime":1700000000}')).json, {
    mode: '0600',
    uid: 7,
    mtime: '2023-11-14T22:13:20.000000000Z',
  });
  await ask('PUT', '/nas.memory/export/link?link=a%20b.bin');
  await ask('PUT', '/nas.memory/export/empty?directory&mode=0700');
  t.match((await ask('GET', '/nas.memory/export')).json, {
    kind: 'directory',
    entries: [
      { name: 'a b.bin', kind: 'file' },
      { name: 'empty', kind: 'directory', mode: '0700' },
      { name: 'link', kind: 'symlink', linkTarget: 'a b.bin' },
    ],
  });
  t.match((await ask('GET', '')).json, { volumes: ['nas.memory'] });
  t.equal((await ask('DELETE', '/nas.memory/export')).status, 200);
  t.match((await ask('GET', '/nas.memory')).json, { entries: [] });
  await ask('DELETE', '/nas.memory');
  t.match((await ask('GET', '')).json, { volumes: [] });
});

t.test('a digest tells trees apart, by what they hold and by all there is', async (t) => {
  const { ask } = await started(t);
  const digest = async (volume: string) => (await ask('GET', `/${volume}?digest`)).json;
  for (const volume of ['one', 'two']) {
    await ask('PUT', `/${volume}/d/f?mtime=5`, 'content');
    await ask('PATCH', `/${volume}/d`, '{"mtime":6}');
    await ask('PATCH', `/${volume}`, '{"mtime":7}');
  }
  t.match(await digest('one'), { files: 1, directories: 2, links: 0, bytes: 7, content: /^[0-9a-f]{64}$/ });
  t.same(await digest('one'), await digest('two'));
  await ask('PATCH', '/two/d/f', '{"mode":"0600"}');
  t.equal((await digest('one'))['content'], (await digest('two'))['content']);
  t.not((await digest('one'))['all'], (await digest('two'))['all']);
  await ask('PUT', '/two/d/f?mtime=5', 'conTent');
  t.not((await digest('one'))['content'], (await digest('two'))['content']);
});

t.test('archives of tar go in and come out, with all that they say', async (t) => {
  const { ask } = await started(t);
  const place = mkdtempSync(join(tmpdir(), 'datasync-tar-'));
  t.teardown(() => rmSync(place, { recursive: true, force: true }));
  mkdirSync(join(place, 'in/sub/deep'), { recursive: true });
  writeFileSync(join(place, 'in/sub/large'), Buffer.alloc(700_000, 'abc'));
  writeFileSync(join(place, 'in/sub/deep/small'), 'small', { mode: 0o640 });
  symlinkSync('large', join(place, 'in/sub/link'));
  utimesSync(join(place, 'in/sub/deep'), 1_600_000_000, 1_600_000_000);
  const archive = execFileSync('tar', ['-C', join(place, 'in'), '--format=pax', '-c', '.']);
  const brought = await ask('PUT', '/nas.memory/export?tar', archive);
  t.match(brought.json, { files: 2, links: 1, leftOut: [] });
  t.match((await ask('GET', '/nas.memory/export/sub/deep?stat')).json, {
    mtime: '2020-09-13T12:26:40.000000000Z',
  });
  const back = await ask('GET', '/nas.memory/export?tar');
  mkdirSync(join(place, 'out'));
  execFileSync('tar', ['-C', join(place, 'out'), '-x'], { input: back.bytes });
  t.ok(readFileSync(join(place, 'out/sub/large')).equals(Buffer.alloc(700_000, 'abc')));
  t.equal(statSync(join(place, 'out/sub/deep/small')).mode & 0o777, 0o640);
  t.equal(statSync(join(place, 'out/sub/deep')).mtimeMs, 1_600_000_000_000);
  t.equal(
    execFileSync('readlink', [join(place, 'out/sub/link')])
      .toString()
      .trim(),
    'large',
  );
});

t.test('an archive cannot lead out of its volume, and half of one is no whole one', async (t) => {
  const { ask } = await started(t);
  const place = mkdtempSync(join(tmpdir(), 'datasync-tar-'));
  t.teardown(() => rmSync(place, { recursive: true, force: true }));
  writeFileSync(join(place, 'file'), 'x'.repeat(5000));
  const out = execFileSync('tar', ['-C', place, '-P', '--transform', 's,^,../../,', '-c', 'file']);
  const refused = await ask('PUT', '/nas.memory/d?tar', out);
  t.equal(refused.status, 400);
  t.match(refused.json['message'], /holds "\.\.\/\.\.\/file", which is no place in a volume/);
  const absolute = execFileSync('tar', ['-P', '-c', join(place, 'file')]);
  t.match((await ask('PUT', '/nas.memory/d?tar', absolute)).json['message'], /it begins with "\/"/);
  const whole = execFileSync('tar', ['-C', place, '-c', 'file']);
  const half = await ask('PUT', '/nas.memory/half?tar', whole.subarray(0, 2000));
  t.equal(half.status, 400);
  t.equal((await ask('GET', '/nas.memory/half/file')).status, 404, 'no half file is there');
});
