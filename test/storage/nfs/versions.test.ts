import t from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { StorageError, type StorageErrorKind } from '../../../src/storage/backend.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { type NfsVersion, openVersion, type Versions } from '../../../src/storage/nfs/versions.ts';
import { type NfsConfig, nfs } from '../../../src/storage/nfs.ts';
import { failure } from '../../contract/backend-tools.ts';
import { context } from '../fixture.ts';
import { FakeNfs } from './fake-nfs.ts';

const CONFIG: NfsConfig = { host: 'nas', path: '/export', version: 'automatic' };

const trouble = (kind: StorageErrorKind, code: string) => new StorageError(kind, 'nas', code, { code });
const noMinor = new NfsFailure('MINOR_VERS_MISMATCH', 'EXCHANGE_ID');
const no4 = trouble('Unsupported', 'PROG_MISMATCH');
const refused = trouble('Unreachable', 'ECONNREFUSED');
const silent = trouble('Unreachable', 'ETIMEDOUT');
const missing = trouble('NotFound', 'NOENT');
const denied = trouble('PermissionDenied', 'ACCES');

/** What each version answers; those that are not named open. */
async function tried(answers: Partial<Record<NfsVersion, unknown>>, config: Partial<NfsConfig> = {}) {
  const asked: NfsVersion[] = [];
  const open = (version: NfsVersion) => async () => {
    asked.push(version);
    if (answers[version]) throw answers[version];
    return new FakeNfs();
  };
  const versions: Versions = { '3': open('3'), '4.0': open('4.0'), '4.1': open('4.1'), '4.2': open('4.2') };
  const opening = openVersion({ ...CONFIG, ...config }, { clock: new VirtualClock() }, {}, versions);
  const result = await opening.then(
    () => 'opened',
    (error: unknown) => error,
  );
  return { asked, result };
}

t.test('automatic is 4.1 or 4.2, and goes on only where the server has something else instead', async (t) => {
  t.strictSame(await tried({}), { asked: ['4.2'], result: 'opened' });
  t.strictSame(await tried({ '4.2': noMinor }), { asked: ['4.2', '4.1'], result: 'opened' });
  const all = ['4.2', '4.1', '4.0', '3'];
  const none = { '4.2': noMinor, '4.1': noMinor, '4.0': noMinor };
  t.strictSame(await tried(none), { asked: all, result: 'opened' });
  t.strictSame(await tried({ '4.2': no4 }), { asked: ['4.2', '3'], result: 'opened' });
  t.strictSame(await tried({ '4.2': refused }), { asked: ['4.2', '3'], result: 'opened' });
  t.strictSame(await tried({ '4.2': missing }), { asked: ['4.2', '3'], result: 'opened' }, 'no pseudo root');
});

t.test('what is trouble with the server or the export is told, not gone round', async (t) => {
  for (const error of [silent, denied, trouble('NotADirectory', 'NOTDIR'), trouble('Io', 'IO')]) {
    t.strictSame(await tried({ '4.2': error }), { asked: ['4.2'], result: error });
  }
  t.strictSame(await tried({ '4.2': refused }, { port: 20490 }), { asked: ['4.2'], result: refused });
  t.strictSame(await tried({ '4.2': noMinor, '4.1': denied }), { asked: ['4.2', '4.1'], result: denied });
});

t.test('when nothing is left, the failure that tells most is told', async (t) => {
  const of = async (first: unknown, last: unknown) => (await tried({ '4.2': first, '3': last })).result;
  t.equal(await of(missing, denied), missing, 'servers deny exports that they do not have');
  t.equal(await of(refused, trouble('Unreachable', 'ETIMEDOUT')), refused);
  t.equal(await of(refused, denied), denied);
  const no3 = trouble('Unsupported', 'PROG_UNAVAIL');
  t.equal(await of(refused, no3), refused);
  t.equal(await of(no4, no3), no3);
});

t.test('a version that was asked for is the only one tried', async (t) => {
  for (const version of ['3', '4.0', '4.1'] as const) {
    const { asked, result } = await tried({ [version]: noMinor }, { version });
    t.strictSame(asked, [version]);
    t.match(result, {
      kind: 'Unsupported',
      code: 'MINOR_VERS_MISMATCH',
      message: `nas has no NFS version ${version}. Choose another version, or let the server offer it.`,
    });
  }
});

t.test('an abort ends the tries with its reason', async (t) => {
  const reason = new Error('stopped');
  const options = { signal: AbortSignal.abort(reason) };
  t.equal(await failure(nfs.open(CONFIG, context(), options)), reason);
  const stop = new AbortController();
  const open = async () => {
    stop.abort(reason);
    throw no4;
  };
  const versions = { '3': open, '4.0': open, '4.1': open, '4.2': open };
  const clock = new VirtualClock();
  t.equal(await failure(openVersion(CONFIG, { clock }, { signal: stop.signal }, versions)), reason);
});
