// How runs end when it is not for single items.

import t from 'tap';
import { ROOT, relPath } from '../../src/base/path.ts';
import { type Backend, StorageError } from '../../src/storage/backend.ts';
import { wrap } from '../../src/storage/wrap.ts';
import { transfer } from '../../src/transfer/engine.ts';
import type { TransferEvent } from '../../src/transfer/job.ts';
import { failure } from '../contract/backend-tools.ts';
import { inMemory } from './places.ts';
import { job, lines, type RunWishes, run } from './runs.ts';
import { grow, treeOf } from './trees.ts';

const TREE = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`d${n % 4}/f${n}`, `content ${n}`]));

async function places(tree = TREE) {
  const source = await inMemory();
  const destination = await inMemory();
  await grow(source, tree);
  return { source, destination };
}

const gone = (path: string) => new StorageError('Unreachable', path, 'No route to host');

/** All events until the run fails, and what it failed with. */
async function until(source: Backend, destination: Backend, wishes: RunWishes = {}) {
  const events: TransferEvent[] = [];
  const error = await failure(
    (async () => {
      for await (const event of transfer(job(source, destination, wishes))) events.push(event);
    })(),
  );
  return { events, error };
}

t.test('a source whose root cannot be listed ends the run', async (t) => {
  const { source, destination } = await places();
  const broken = wrap(source, {
    // biome-ignore lint/correctness/useYield: it fails before the first item
    async *list() {
      throw new StorageError('PermissionDenied', '', 'Permission denied');
    },
  });
  const { error } = await until(broken, destination);
  t.match(error, { name: 'TransferFailed', code: 'source-unreachable', message: 'Permission denied' });
  t.strictSame(await treeOf(destination), {});
});

t.test('a root that is not there ends the run on the side of the source only', async (t) => {
  const { source, destination } = await places({ f: '1' });
  const missing = (inner: Backend) =>
    wrap(inner, {
      stat: async (path, options) => {
        if (path === ROOT) throw new StorageError('NotFound', '', 'No such file or directory');
        return await inner.stat(path, options);
      },
    });
  t.match((await until(missing(source), destination)).error, { code: 'source-unreachable' });
  t.strictSame(lines(await run(source, missing(destination), { options: { verify: 'nothing' } })), [
    'transferred /',
    'transferred f',
  ]);
});

t.test('a location that goes away as a whole ends the run', async (t) => {
  for (const side of ['source', 'destination'] as const) {
    const { source, destination } = await places();
    let away = false;
    const check = (path: string) => {
      if (path === 'd1/f1') away = true;
      if (away) throw gone(path);
    };
    const from = wrap(source, {
      stat: async (path, options) => {
        if (side === 'source' && away) throw gone(path);
        return await source.stat(path, options);
      },
      async *read(path, options) {
        if (side === 'source') check(path);
        yield* source.read(path, options);
      },
    });
    const to = wrap(destination, {
      stat: async (path, options) => {
        if (side === 'destination' && away) throw gone(path);
        return await destination.stat(path, options);
      },
      write: async (path, ...rest) => {
        if (side === 'destination') check(path);
        return await destination.write(path, ...rest);
      },
    });
    const { error } = await until(from, to);
    t.match(
      error,
      { name: 'TransferFailed', code: `${side}-unreachable`, message: 'No route to host' },
      side,
    );
  }
});

t.test('one item that is out of reach while the location is there is one failure', async (t) => {
  const { source, destination } = await places({ a: '1', b: '2' });
  const from = wrap(source, {
    async *read(path, options) {
      if (path === 'a') throw gone(path);
      yield* source.read(path, options);
    },
  });
  t.strictSame(lines(await run(from, destination)), [
    'failed transfer source Unreachable a',
    'transferred /',
    'transferred b',
  ]);
});

t.test('a broken manifest ends the run before anything is brought', async (t) => {
  const { source, destination } = await places({ a: '1' });
  const { error, events } = await until(source, destination, { manifest: 'a\na\n' });
  t.match(error, { code: 'manifest-unusable', message: /line 2 names "a" a second time/ });
  t.strictSame(events, []);
});

t.test('tags that cannot be kept end a pipeline at once, and only that', async (t) => {
  const { source, destination } = await places({ a: '1' });
  const objects = (inner: Backend, more: readonly ('tags' | 'user')[]) =>
    wrap(inner, {
      label: 's3://untagged',
      capabilities: { ...inner.capabilities, metadata: new Set([...inner.capabilities.metadata, ...more]) },
    });
  const [tagged, untagged] = [objects(source, ['user', 'tags']), objects(destination, ['user'])];
  const pipelined = { options: { order: 'pipelined' } } as const;
  t.match((await until(tagged, untagged, pipelined)).error, {
    code: 'tags-unsupported',
    message: /s3:\/\/untagged does not support object tags/,
  });
  t.strictSame(
    lines(await run(tagged, untagged, { options: { verify: 'nothing' } })),
    ['transferred /', 'transferred a'],
    'in phases',
  );
  t.ok(lines(await run(source, untagged, pipelined)).length > 0, 'one side has no tags at all');
});

t.test('an object with tags fails in phases where tags cannot be kept', async (t) => {
  const { source, destination } = await places({ a: '1', b: '2' });
  const objects = (inner: Backend) =>
    wrap(inner, {
      capabilities: {
        ...inner.capabilities,
        metadata: new Set([...inner.capabilities.metadata, 'user' as const]),
      },
      async *list(path, options) {
        for await (const item of inner.list(path, options)) {
          if (item.kind !== 'file' || item.path !== 'a') yield item;
          else yield { ...item, metadata: { ...item.metadata, tags: { secret: 'yes' } } };
        }
      },
    });
  t.strictSame(lines(await run(objects(source), objects(destination), { options: { verify: 'nothing' } })), [
    'failed prepare destination Unsupported a',
    'transferred /',
    'transferred b',
  ]);
});

t.test('an abort ends the run with its reason, and nothing half-written is seen', async (t) => {
  for (const order of ['phased', 'pipelined'] as const) {
    const { source, destination } = await places();
    const stop = new AbortController();
    let reads = 0;
    const slow = wrap(source, {
      async *read(_, options) {
        yield Buffer.from('half');
        if (++reads === 8) stop.abort(new Error('cancelled'));
        await new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
          if (options?.signal?.aborted) reject(options.signal.reason);
        });
      },
    });
    const { error } = await until(slow, destination, {
      options: { order },
      control: { signal: stop.signal },
    });
    t.match(error, { message: 'cancelled' }, order);
    const left = await treeOf(destination);
    t.strictSame(
      Object.keys(left).filter((path) => !path.endsWith('/')),
      [],
      order,
    );
  }
});

t.test('an abort before the start does nothing', async (t) => {
  const { source, destination } = await places();
  const signal = AbortSignal.abort(new Error('never mind'));
  const { error, events } = await until(source, destination, { control: { signal } });
  t.match(error, { message: 'never mind' });
  t.strictSame(events, []);
});

t.test('a consumer that leaves stops the run, and the next run completes the work', async (t) => {
  const { source, destination } = await places();
  for await (const event of transfer(job(source, destination))) if (event.type === 'transferred') break;
  t.notSame(await treeOf(destination), TREE);
  await run(source, destination);
  t.strictSame(await treeOf(destination), TREE);
  const again = lines(await run(source, destination));
  t.ok(
    again.every((line) => line.startsWith('skipped unchanged')),
    'then there is nothing to do',
  );
});

t.test('a phase waits until it may begin; a refusal there ends the run', async (t) => {
  const { source, destination } = await places();
  const asked: string[] = [];
  const beforePhase = async (phase: string) => {
    asked.push(phase);
    if (phase === 'verify') throw new Error('not allowed');
  };
  const { error } = await until(source, destination, { control: { beforePhase } });
  t.match(error, { message: 'not allowed' });
  t.strictSame(asked, ['prepare', 'transfer', 'verify']);
  t.strictSame(await treeOf(destination), TREE);
});

t.test('an error that is none of the storage is a failure of the item with its words', async (t) => {
  const { source, destination } = await places({ a: '1' });
  const from = wrap(source, {
    // biome-ignore lint/correctness/useYield: it fails before the first chunk
    async *read() {
      throw new TypeError('a bug');
    },
  });
  const failed = (await run(from, destination)).find((event) => event.type === 'failed');
  t.match(failed, { path: 'a', side: 'source', error: { kind: 'Io', message: 'a bug' } });
});

t.test('lost bytes are not taken for success', async (t) => {
  const { source, destination } = await places({ a: '12345' });
  const to = wrap(destination, {
    write: async (path, body, stamp, options) => {
      const { sizeBytes } = await destination.write(path, body, stamp, options);
      return { sizeBytes: sizeBytes - 1 };
    },
  });
  t.strictSame(lines(await run(source, to, { options: { verify: 'nothing' } })), [
    'failed transfer destination ChecksumMismatch a',
    'transferred /',
  ]);
  t.equal((await destination.stat(relPath('a'))).sizeBytes, 5);
});

t.test('notes that cannot be kept end the run, and it says where', async (t) => {
  const { source, destination } = await places({ f: '1' });
  const ledgerPath = `${t.testdir()}/${'n'.repeat(300)}`;
  t.match((await until(source, destination, { ledgerPath })).error, {
    name: 'TransferFailed',
    code: 'internal',
    message: /^The notes of the run cannot be kept in /,
  });
});
