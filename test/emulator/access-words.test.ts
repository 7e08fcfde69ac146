import t from 'tap';
import { accessDetail, wordsOf } from '../../src/emulator/access-words.ts';
import { outcomeOfFailure } from '../../src/emulator/execution-outcome.ts';
import type { LocationType } from '../../src/emulator/records.ts';
import { StorageError, type StorageErrorKind } from '../../src/storage/storage-error.ts';
import { TransferFailed } from '../../src/transfer/job.ts';
import { someLocation, testPlane } from './fixture.ts';

const plane = testPlane();
const URIS = {
  Nfs: 'nfs://nas.example/export/a/',
  Smb: 'smb://nas.example/share/',
  Efs: 'efs://us-east-1.fs-1/',
  FsxLustre: 'fsxl://us-east-1.fs-1/',
  FsxWindows: 'fsxw://us-east-1.fs-1/share/',
  FsxOntap: 'fsxn-nfs://us-east-1.fs-1.svm-1/vol',
  S3: 's3://bucket/',
} as const satisfies Partial<Record<LocationType, string>>;

/** What is said of a location, without what every such text begins and ends with. */
function said(type: keyof typeof URIS, kind: StorageErrorKind, code?: string): string {
  const location = someLocation(plane, type, URIS[type]);
  const error = new StorageError(kind, '', 'Why.', code === undefined ? {} : { code });
  const text = accessDetail(location, error);
  const frame = `Task failed to access location ${location.id}: `;
  t.ok(text.startsWith(frame) && text.endsWith(' (Why.)'), text);
  return text.slice(frame.length, -' (Why.)'.length);
}

t.test('NFS, in the words of mount.nfs', async (t) => {
  t.equal(said('Nfs', 'Unreachable'), 'x40016: mount.nfs: Connection timed out');
  t.equal(said('Nfs', 'Unreachable', 'ECONNREFUSED'), 'x40016: mount.nfs: Connection refused');
  t.equal(said('Nfs', 'Unreachable', 'EHOSTUNREACH'), 'x40016: mount.nfs: No route to host');
  t.equal(
    said('Nfs', 'Unreachable', 'ENOTFOUND'),
    'x40016: mount.nfs: Failed to resolve server nas.example: Name or service not known',
  );
  t.equal(
    said('Nfs', 'PermissionDenied'),
    'x40016: mount.nfs: access denied by server while mounting nas.example:/export/a',
  );
  t.equal(
    said('Efs', 'NotFound'),
    'x40016: mount.nfs: mounting us-east-1.fs-1:/ failed, reason given by server: No such file or directory',
  );
  t.equal(said('FsxOntap', 'Stale'), 'x40016: mount.nfs: Stale file handle');
  t.equal(said('Nfs', 'Unsupported', 'constructor'), 'x40016: mount.nfs: Operation not supported');
  t.equal(said('FsxLustre', 'Unreachable'), 'x40016: mount.lustre: Connection timed out');
});

t.test('SMB, in the words of mount.cifs', async (t) => {
  t.equal(said('Smb', 'CredentialsRefused'), 'x40015: mount error(13): Permission denied');
  t.equal(said('Smb', 'PermissionDenied'), 'x40016: mount error(13): Permission denied');
  t.equal(said('Smb', 'NotFound'), 'x40016: mount error(2): No such file or directory');
  t.equal(said('FsxWindows', 'Unreachable'), 'x40016: mount error(110): Connection timed out');
  t.equal(said('Smb', 'Unreachable', 'ECONNREFUSED'), 'x40016: mount error(111): Connection refused');
  t.equal(said('Smb', 'Unsupported'), 'x40016: mount error(95): Operation not supported');
  t.match(said('Smb', 'Unreachable', 'ENOTFOUND'), /mount error: could not resolve address: Name or service/);
  t.equal(said('Smb', 'ChecksumMismatch'), 'x40016: mount error: Checksum failure', 'Linux has no number');
});

t.test('what is not mounted has no mounter', async (t) => {
  t.equal(said('S3', 'Unreachable'), 'x40016: Connection timed out');
});

t.test('a server that maps ids has a code of its own', async (t) => {
  const cause = new StorageError('Unsupported', '', 'Owners have names.', { code: 'FsNfsIdMappingEnabled' });
  const source = someLocation(plane, 'Nfs', URIS.Nfs);
  const failure = new TransferFailed('source-unreachable', 'No.', { cause });
  const { errorCode, errorDetail } = outcomeOfFailure(failure, { source, destination: source });
  t.equal(errorCode, 'FsNfsIdMappingEnabled');
  t.match(
    errorDetail,
    /x40016: mount\.nfs: DataSync currently does not support server-side NFSv4 ID mapping/,
  );
  t.match(wordsOf(cause), /ID mapping/);
});
