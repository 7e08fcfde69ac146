import { relPath } from '../../src/base/path.ts';
import { type Backend, StorageError } from '../../src/storage/backend.ts';
import { type Clauses, unlessReal } from './backend-clause.ts';
import {
  bytes,
  collect,
  failure,
  get,
  kindOf,
  list,
  MiB,
  names,
  pieces,
  put,
  readUntilSettled,
} from './backend-tools.ts';

/** `size` bytes, then `error`. */
async function* breaking(size: number, error: unknown): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes(size), MiB);
  throw error;
}

/** Never ends; tells when it was left. */
function endless(left: () => void): AsyncGenerator<Uint8Array> {
  return (async function* () {
    try {
      for (;;) yield bytes(MiB);
    } finally {
      left();
    }
  })();
}

/** Calls that must fail, whatever the storage. */
const failing: Readonly<Record<string, (backend: Backend) => Promise<unknown>>> = {
  'stat of nothing': (backend) => backend.stat(relPath('no')),
  'read of nothing': (backend) => collect(backend.read(relPath('no'))),
  'read of nothing, a part': (backend) => collect(backend.read(relPath('no'), { offset: 5, length: 5 })),
  'read below nothing': (backend) => collect(backend.read(relPath('no/such'))),
  'list of nothing': (backend) => list(backend, 'no'),
  'metadata of nothing': (backend) => backend.setMetadata(relPath('no'), { mode: 0o600 }),
  'stat below a file': (backend) => backend.stat(relPath('f/x')),
  'read below a file': (backend) => collect(backend.read(relPath('f/x'))),
  'read of a directory': (backend) => collect(backend.read(relPath('d'))),
  'list of a file': (backend) => list(backend, 'f'),
};

/** What fails, fails as promised and leaves things as they were. */
export const failureClauses: Clauses = {
  'failures are StorageErrors with a path and a message, never foreign errors': {
    async check(t, backend) {
      await put(backend, 'f');
      await put(backend, 'd/g');
      for (const [what, call] of Object.entries(failing)) {
        const error = await failure(call(backend));
        if (!(error instanceof StorageError)) {
          t.fail(`${what}: ${String(error)}`);
          continue;
        }
        t.ok(['NotFound', 'NotADirectory', 'IsADirectory'].includes(error.kind), `${what}: ${error.kind}`);
        t.equal(error.retryable, false, what);
        t.ok(error.message.length > 3 && !error.message.includes('\n'), `${what}: ${error.message}`);
        t.equal(typeof error.path, 'string');
      }
    },
  },
  'what is missing is NotFound': {
    async check(t, backend) {
      t.equal(await kindOf(backend.stat(relPath('no'))), 'NotFound');
      t.equal(await kindOf(backend.stat(relPath('no/such/thing'))), 'NotFound');
      t.equal(await kindOf(collect(backend.read(relPath('no')))), 'NotFound');
      t.equal(await kindOf(collect(backend.read(relPath('no/such')))), 'NotFound');
    },
  },
  'a directory has no content': {
    async check(t, backend) {
      await put(backend, 'd/f');
      const kind = await kindOf(collect(backend.read(relPath('d'))));
      t.ok(kind === 'IsADirectory' || (unlessReal(backend) && kind === 'NotFound'), kind);
    },
  },
  'a file does not take the place of a directory': {
    unless: unlessReal,
    async check(t, backend) {
      await put(backend, 'd/f', 'kept');
      await backend.makeDirectory(relPath('empty'), {});
      for (const size of [1, 2 * MiB]) {
        t.equal(await kindOf(put(backend, 'd', bytes(size))), 'IsADirectory');
        t.equal(await kindOf(put(backend, 'empty', bytes(size))), 'IsADirectory');
      }
      t.equal(await kindOf(put(backend, '', 'root')), 'IsADirectory');
      t.equal(await get(backend, 'd/f'), 'kept');
      t.strictSame(await names(backend), ['d/', 'empty/']);
    },
  },
  'a directory does not take the place of a file': {
    unless: unlessReal,
    async check(t, backend) {
      await put(backend, 'f', 'kept');
      t.equal(await kindOf(backend.makeDirectory(relPath('f'), {})), 'AlreadyExists');
      const below = await kindOf(backend.makeDirectory(relPath('f/d'), {}));
      t.ok(['NotADirectory', 'AlreadyExists'].includes(below), below);
      t.equal(await get(backend, 'f'), 'kept');
    },
  },
  'nothing is written below a file': {
    unless: unlessReal,
    async check(t, backend) {
      await put(backend, 'f', 'kept');
      for (const size of [1, 2 * MiB])
        t.equal(await kindOf(put(backend, 'f/g', bytes(size))), 'NotADirectory');
      t.equal(await get(backend, 'f'), 'kept');
      t.strictSame(await names(backend), ['f']);
    },
  },
  'names and paths that are too long are refused': {
    async check(t, backend) {
      const { maxNameBytes, maxPathBytes } = backend.capabilities;
      t.equal(await kindOf(put(backend, 'n'.repeat(maxNameBytes + 1), 'x')), 'NameTooLong');
      const part = 'p'.repeat(Math.min(maxNameBytes, 100));
      const deep = Array.from({ length: Math.ceil(maxPathBytes / (part.length + 1)) + 1 }, () => part).join(
        '/',
      );
      t.equal(await kindOf(put(backend, deep, 'x')), 'NameTooLong');
      t.equal(await kindOf(backend.makeDirectory(relPath('n'.repeat(maxNameBytes + 1)), {})), 'NameTooLong');
      t.strictSame(await names(backend), []);
    },
  },
  'a failing body passes its failure through and leaves nothing': {
    async check(t, backend) {
      for (const size of [0, 1, 100_000, 9 * MiB]) {
        const broken = new Error(`broken after ${size}`);
        t.equal(await failure(backend.write(relPath('f'), breaking(size, broken), {})), broken);
        t.equal(await failure(backend.write(relPath('d/e/f'), breaking(size, 'a text'), {})), 'a text');
        t.equal(await kindOf(backend.stat(relPath('f'))), 'NotFound');
        t.equal(await kindOf(backend.stat(relPath('d/e/f'))), 'NotFound');
      }
      t.notOk((await names(backend)).includes('f'));
    },
  },
  'a failing body leaves what was there before': {
    async check(t, backend) {
      await put(backend, 'f', 'old', { mtimeNs: 1_600_000_000_000_000_000n });
      await readUntilSettled(backend, 'f');
      const before = await backend.stat(relPath('f'));
      for (const size of [1, 9 * MiB]) {
        await failure(backend.write(relPath('f'), breaking(size, new Error('broken')), { mtimeNs: 1n }));
        t.equal(await get(backend, 'f'), 'old');
        t.strictSame(await backend.stat(relPath('f')), before);
      }
    },
  },
  'a StorageError of a body passes through as it is': {
    async check(t, backend) {
      const foreign = new StorageError('PermissionDenied', 'elsewhere', 'Permission denied');
      t.equal(await failure(backend.write(relPath('f'), breaking(10, foreign), {})), foreign);
    },
  },
  'nothing begins under a signal that is aborted already': {
    async check(t, backend) {
      await put(backend, 'f');
      const reason = new Error('stopped before');
      const options = { signal: AbortSignal.abort(reason) };
      t.equal(await failure(list(backend, '', options)), reason);
      t.equal(await failure(backend.stat(relPath('f'), options)), reason);
      t.equal(await failure(collect(backend.read(relPath('f'), options))), reason);
      t.equal(await failure(put(backend, 'g', 'x', {}, options)), reason);
      t.equal(await failure(put(backend, 'g', bytes(2 * MiB), {}, options)), reason);
      t.equal(await failure(backend.makeDirectory(relPath('d'), {}, options)), reason);
      t.equal(await failure(backend.setMetadata(relPath('f'), {}, options)), reason);
      t.equal(await failure(backend.remove(relPath('f'), options)), reason);
      t.strictSame(await names(backend), ['f']);
    },
  },
  'an abort in mid-read ends it with the reason': {
    async check(t, backend) {
      await put(backend, 'f', bytes(5 * MiB));
      const stop = new AbortController();
      const reason = new Error('stopped in the midst');
      let read = 0;
      const reading = async () => {
        for await (const chunk of backend.read(relPath('f'), { signal: stop.signal })) {
          read += chunk.length;
          stop.abort(reason);
        }
      };
      t.equal(await failure(reading()), reason);
      t.ok(read < 5 * MiB);
      await backend.remove(relPath('f'));
    },
  },
  'an abort in mid-write ends it with the reason, closes the body and leaves nothing': {
    async check(t, backend) {
      const stop = new AbortController();
      const reason = new Error('stopped in the midst');
      let chunks = 0;
      let left = false;
      const body = endless(() => {
        left = true;
      });
      const counted = (async function* () {
        for await (const chunk of body) {
          if (++chunks === 7) stop.abort(reason);
          yield chunk;
        }
      })();
      t.equal(await failure(backend.write(relPath('d/f'), counted, {}, { signal: stop.signal })), reason);
      t.ok(left, 'the body was closed');
      t.equal(await kindOf(backend.stat(relPath('d/f'))), 'NotFound');
      t.notOk((await names(backend)).includes('f'));
    },
  },
  'an abort in mid-listing ends it with the reason': {
    async check(t, backend) {
      for (let index = 0; index < 300; index++) await put(backend, `f${index}`, 'x');
      const stop = new AbortController();
      const reason = new Error('stopped in the midst');
      let seen = 0;
      const listing = async () => {
        for await (const _item of backend.list(relPath(''), { signal: stop.signal })) {
          if (++seen === 2) stop.abort(reason);
        }
      };
      t.equal(await failure(listing()), reason);
    },
  },
  'after failures the storage works as before': {
    async check(t, backend) {
      await put(backend, 'f', 'x');
      for (const call of Object.values(failing)) await failure(call(backend));
      await failure(backend.write(relPath('f'), breaking(2 * MiB, new Error('broken')), {}));
      await put(backend, 'g/h', 'fine');
      t.equal(await get(backend, 'g/h'), 'fine');
      t.strictSame(await names(backend), ['f', 'g/']);
    },
  },
};
