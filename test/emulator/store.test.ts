import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'libsql';
import t from 'tap';
import { newArn } from '../../src/emulator/arn.ts';
import type { AgentRecord } from '../../src/emulator/records.ts';
import { openStore, StoreError } from '../../src/emulator/store.ts';
import { scope, testPlane } from './fixture.ts';

const { random } = testPlane();

function agent(name: string, of = scope): AgentRecord {
  return {
    ...newArn('agent', of, random),
    createdAt: 1,
    tags: { __proto__: 'x', team: 'a' } as Record<string, string>,
    name,
    status: 'ONLINE',
    activationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
    endpointType: 'PUBLIC',
    lastConnectionAt: 1,
    platformVersion: 'x',
  };
}

function failureOf(open: () => unknown): StoreError {
  try {
    open();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('It opened.');
}

t.test('a file that is no database is refused by name, and left as it is', async (t) => {
  const dir = t.testdir({ 'control-plane.sqlite': 'x'.repeat(4096) });
  const error = failureOf(() => openStore(dir));
  t.equal(error.reason, 'damaged');
  t.match(error.message, join(dir, 'control-plane.sqlite'));
  t.match(error.message, /Move it away/);
  t.equal(readFileSync(join(dir, 'control-plane.sqlite'), 'utf8'), 'x'.repeat(4096));
});

t.test('a database of another program is refused', async (t) => {
  const dir = t.testdir({});
  const other = new Database(join(dir, 'control-plane.sqlite'));
  other.exec('CREATE TABLE cats (name TEXT)');
  other.close();
  t.equal(failureOf(() => openStore(dir)).reason, 'damaged');
});

t.test('a record that is no JSON, or a page that was overwritten, is refused', async (t) => {
  const dir = t.testdir({});
  const store = openStore(dir);
  for (let i = 0; i < 200; i += 1) store.agents.put(agent(`agent ${i}`));
  store.close();
  const file = join(dir, 'control-plane.sqlite');
  const sound = readFileSync(file);
  const broken = new Database(file);
  broken.exec("UPDATE records SET body = '{' WHERE position = 7");
  broken.close();
  t.equal(failureOf(() => openStore(dir)).reason, 'damaged');
  writeFileSync(file, Buffer.concat([sound.subarray(0, 8192), Buffer.alloc(sound.length - 8192, 0x41)]));
  t.equal(failureOf(() => openStore(dir)).reason, 'damaged');
});

t.test('a file of a newer version is refused', async (t) => {
  const dir = t.testdir({});
  openStore(dir).close();
  const newer = new Database(join(dir, 'control-plane.sqlite'));
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  const error = failureOf(() => openStore(dir));
  t.equal(error.reason, 'newer');
  t.match(error.message, /format 99/);
});

t.test('a directory that cannot be made is refused', async (t) => {
  const dir = t.testdir({ occupied: 'a file' });
  const error = failureOf(() => openStore(join(dir, 'occupied', 'data')));
  t.equal(error.reason, 'unwritable');
  t.match(error.message, /occupied/);
});

t.test('one directory, one process: the second is refused until the first closes', async (t) => {
  const dir = t.testdir({});
  const first = openStore(dir);
  const error = failureOf(() => openStore(dir));
  t.equal(error.reason, 'locked');
  t.match(error.message, /another process/);
  first.agents.put(agent('still works'));
  first.close();
  const second = openStore(dir);
  t.equal(second.agents.all().length, 1);
  second.close();
});

t.test('what was put is there after a restart, in its order, without what was deleted', async (t) => {
  const dir = t.testdir({});
  const first = openStore(dir);
  const [a, b, c] = [agent('a'), agent('b', { ...scope, region: 'eu-west-1' }), agent('c')];
  for (const each of [a, b, c]) first.agents.put(each);
  first.agents.put({ ...a, name: 'a again' });
  const positionOfC = first.agents.positionOf(c.arn);
  first.agents.delete(c.arn);
  first.agents.delete(c.arn);
  first.close();
  t.equal(statSync(join(dir, 'control-plane.sqlite')).mode & 0o077, 0, 'nobody else may read it');

  const second = openStore(dir);
  t.strictSame(second.agents.all(), [{ ...a, name: 'a again' }, b]);
  t.strictSame(second.agents.of(scope), [{ ...a, name: 'a again' }]);
  t.equal(second.agents.get(c.arn), undefined);
  t.strictSame(Object.keys(second.agents.get(b.arn)?.tags ?? {}), Object.keys(b.tags));
  const d = agent('d');
  second.agents.put(d);
  t.ok((second.agents.positionOf(d.arn) ?? 0) > (positionOfC ?? 0), 'a position is never given again');
  second.close();
  t.throws(() => second.agents.put(d), 'closed is closed');
});

t.test('a process that is killed loses nothing that was put', async (t) => {
  const dir = t.testdir({});
  const child = spawn(process.execPath, ['--import=tsx', 'test/emulator/put-until-killed.ts', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === 100) {
      t.equal(failureOf(() => openStore(dir)).reason, 'locked', 'locked between processes too');
    }
    if (said.length === 300) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  t.equal(child.signalCode, 'SIGKILL');
  const store = openStore(dir);
  t.teardown(() => store.close());
  const kept = new Set(store.agents.all().map(({ arn }) => arn));
  t.ok(said.length >= 300);
  t.strictSame(
    said.filter((arn) => !kept.has(arn)),
    [],
    'every put that returned',
  );
});

t.test('in memory the order and the scopes are the same', async (t) => {
  const store = openStore(undefined);
  const [a, b] = [agent('a'), agent('b')];
  store.agents.put(a);
  store.agents.put(b);
  store.agents.put({ ...a, name: 'new' });
  t.strictSame(
    store.agents.of(scope).map(({ name }) => name),
    ['new', 'b'],
  );
  t.strictSame(store.agents.of({ ...scope, account: '000000000000' }), []);
  t.equal(store.agents.positionOf('arn:none'), undefined);
  store.close();
});
