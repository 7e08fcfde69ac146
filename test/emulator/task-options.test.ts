import t from 'tap';
import { pairProblem } from '../../src/emulator/location-pairs.ts';
import type { LocationRecord, LocationType, WireOptions } from '../../src/emulator/records.ts';
import { completeOptions, optionsProblem, overlay, posixDefaults } from '../../src/emulator/task-options.ts';
import { someLocation, testPlane } from './fixture.ts';

const plane = testPlane();

function location(type: LocationType, over: Partial<LocationRecord> = {}): LocationRecord {
  return { ...someLocation(plane, type), agentArns: ['arn:aws:datasync:us-east-1:1:agent/agent-0'], ...over };
}

function pair(source: LocationType, destination: LocationType) {
  return { source: location(source), destination: location(destination) };
}

function problem(
  given: WireOptions,
  ends = pair('Nfs', 'S3'),
  mode: 'BASIC' | 'ENHANCED' = 'BASIC',
  hasManifest = false,
) {
  return optionsProblem(completeOptions(given, { mode, pair: ends }), { mode, pair: ends, hasManifest });
}

const INVALID = 'Invalid SyncOption value. Option: ';

t.test('values that AWS is seen to refuse are refused in its words', async (t) => {
  t.equal(
    problem({ TransferMode: 'ALL', PreserveDeletedFiles: 'REMOVE' }),
    `${INVALID}TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE.`,
  );
  t.equal(
    problem({ PosixPermissions: 'PRESERVE' }, pair('S3', 'S3')),
    `${INVALID}PosixPermissions, Value: PRESERVE invalid for non-POSIX transfer. please use NONE.`,
  );
  t.equal(
    problem({ Uid: 'INT_VALUE' }, pair('S3', 'S3')),
    `${INVALID}Uid, Value: INT_VALUE invalid for non-POSIX transfer. please use NONE.`,
  );
  t.equal(
    problem({ Gid: 'INT_VALUE' }, pair('Smb', 'S3')),
    `${INVALID}Gid, Value: INT_VALUE invalid for non-POSIX transfer. please use NONE.`,
  );
});

t.test('values that do not go together are refused by name', async (t) => {
  const archive = (S3StorageClass: string) => ({
    source: location('Nfs'),
    destination: location('S3', { settings: { S3StorageClass } }),
  });
  const refused: [WireOptions, ReturnType<typeof pair>, 'BASIC' | 'ENHANCED', string][] = [
    [
      { Atime: 'BEST_EFFORT', Mtime: 'NONE' },
      pair('Nfs', 'S3'),
      'BASIC',
      'Atime,Mtime, Value: BEST_EFFORT,NONE',
    ],
    [{ Atime: 'NONE' }, pair('Nfs', 'S3'), 'BASIC', 'Atime,Mtime, Value: NONE,PRESERVE'],
    [{ Mtime: 'NONE' }, pair('S3', 'S3'), 'ENHANCED', 'Mtime, Value: NONE'],
    [
      { VerifyMode: 'POINT_IN_TIME_CONSISTENT' },
      pair('S3', 'S3'),
      'ENHANCED',
      'VerifyMode, Value: POINT_IN_TIME_CONSISTENT',
    ],
    [
      { VerifyMode: 'POINT_IN_TIME_CONSISTENT' },
      archive('GLACIER'),
      'BASIC',
      'VerifyMode, Value: POINT_IN_TIME_CONSISTENT',
    ],
    [
      { VerifyMode: 'POINT_IN_TIME_CONSISTENT' },
      archive('DEEP_ARCHIVE'),
      'BASIC',
      'VerifyMode, Value: POINT_IN_TIME_CONSISTENT',
    ],
    [{ PreserveDevices: 'PRESERVE' }, pair('Nfs', 'Efs'), 'BASIC', 'PreserveDevices, Value: PRESERVE'],
    [{ PreserveDevices: 'PRESERVE' }, pair('S3', 'S3'), 'BASIC', 'PreserveDevices, Value: PRESERVE'],
    [{ Uid: 'NAME' }, pair('Nfs', 'S3'), 'BASIC', 'Uid, Value: NAME'],
    [{ Gid: 'BOTH' }, pair('Nfs', 'S3'), 'BASIC', 'Gid, Value: BOTH'],
    [{ BytesPerSecond: 0 }, pair('Nfs', 'S3'), 'BASIC', 'BytesPerSecond, Value: 0'],
  ];
  for (const [given, ends, mode, said] of refused) {
    t.match(problem(given, ends, mode), `${INVALID}${said}`, JSON.stringify(given));
  }
  t.match(
    problem({ PreserveDeletedFiles: 'REMOVE' }, pair('Nfs', 'S3'), 'BASIC', true),
    `${INVALID}PreserveDeletedFiles, Value: REMOVE invalid for a task with a manifest`,
  );
});

t.test('the same values pass where they have a meaning', async (t) => {
  t.equal(
    problem({ Uid: 'INT_VALUE', PosixPermissions: 'PRESERVE', PreserveDevices: 'PRESERVE' }),
    undefined,
  );
  t.equal(problem({ Atime: 'NONE', Mtime: 'NONE' }), undefined);
  t.equal(
    problem({ Atime: 'NONE' }, pair('S3', 'S3'), 'ENHANCED'),
    undefined,
    'independent in Enhanced mode',
  );
  t.equal(problem({ PreserveDeletedFiles: 'REMOVE' }), undefined);
  t.equal(problem({ BytesPerSecond: 1 }), undefined);
});

t.test('every default, by mode and pair, is accepted where it is the default', async (t) => {
  const types: LocationType[] = [
    'S3',
    'Efs',
    'FsxLustre',
    'FsxOntap',
    'FsxOpenZfs',
    'FsxWindows',
    'Nfs',
    'Smb',
    'Hdfs',
    'ObjectStorage',
    'AzureBlob',
  ];
  for (const source of types) {
    for (const destination of types) {
      t.equal(problem({}, pair(source, destination)), undefined, `${source} to ${destination}`);
    }
  }
  const glacier = {
    source: location('Nfs'),
    destination: location('S3', { settings: { S3StorageClass: 'GLACIER' } }),
  };
  t.equal(problem({}, glacier), undefined);
  t.equal(problem({}, pair('S3', 'S3'), 'ENHANCED'), undefined);
});

const COMMON = {
  OverwriteMode: 'ALWAYS',
  Atime: 'BEST_EFFORT',
  Mtime: 'PRESERVE',
  PreserveDeletedFiles: 'PRESERVE',
  PreserveDevices: 'NONE',
  BytesPerSecond: -1,
  TaskQueueing: 'ENABLED',
  LogLevel: 'OFF',
  TransferMode: 'CHANGED',
  ObjectTags: 'PRESERVE',
} as const;

const POSIX = { Uid: 'INT_VALUE', Gid: 'INT_VALUE', PosixPermissions: 'PRESERVE' } as const;
const NOT_POSIX = { Uid: 'NONE', Gid: 'NONE', PosixPermissions: 'NONE' } as const;

t.test('what is left out is decided by mode and pair', async (t) => {
  const complete = (ends: ReturnType<typeof pair>, mode: 'BASIC' | 'ENHANCED') =>
    completeOptions(undefined, { mode, pair: ends });
  const basic = { VerifyMode: 'POINT_IN_TIME_CONSISTENT', SecurityDescriptorCopyFlags: 'NONE' } as const;
  t.strictSame(complete(pair('Nfs', 'S3'), 'BASIC'), { ...COMMON, ...POSIX, ...basic });
  t.strictSame(complete(pair('S3', 'S3'), 'BASIC'), { ...COMMON, ...NOT_POSIX, ...basic });
  t.strictSame(complete(pair('Smb', 'FsxWindows'), 'BASIC'), {
    ...COMMON,
    ...NOT_POSIX,
    ...basic,
    SecurityDescriptorCopyFlags: 'OWNER_DACL',
  });
  t.strictSame(complete(pair('S3', 'S3'), 'ENHANCED'), {
    ...COMMON,
    ...NOT_POSIX,
    ...basic,
    VerifyMode: 'ONLY_FILES_TRANSFERRED',
  });
  t.equal(complete(pair('Smb', 'S3'), 'BASIC').SecurityDescriptorCopyFlags, 'NONE');
});

t.test('FSx for ONTAP is Windows or POSIX by its protocol', async (t) => {
  const over = (settings: LocationRecord['settings']) => ({
    source: location('FsxOntap', { settings }),
    destination: location('FsxOntap', { settings }),
  });
  t.equal(
    completeOptions({}, { mode: 'BASIC', pair: over({ Protocol: { SMB: {} } }) }).SecurityDescriptorCopyFlags,
    'OWNER_DACL',
  );
  t.equal(completeOptions({}, { mode: 'BASIC', pair: over({ Protocol: { NFS: {} } }) }).Uid, 'INT_VALUE');
});

t.test('an overlay replaces what it names, and nothing that is no option', async (t) => {
  const base = completeOptions({}, { mode: 'BASIC', pair: pair('Nfs', 'S3') });
  const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": 1, "Nonsense": 2, "LogLevel": "BASIC"}');
  t.strictSame(overlay(base, hostile), { ...base, LogLevel: 'BASIC' });
  t.strictSame(overlay(base, { Uid: undefined }), base);
  t.strictSame(overlay(base, undefined), base);
});

t.test('pairs that DataSync has not are refused with the names of both ends', async (t) => {
  t.match(pairProblem('BASIC', pair('Nfs', 'Nfs')), /from NFS to NFS is not supported in Basic mode/);
  t.match(pairProblem('BASIC', pair('Smb', 'ObjectStorage')), /One end must be Amazon S3/);
  t.match(pairProblem('BASIC', pair('AzureBlob', 'Hdfs')), /not supported/);
  t.match(
    pairProblem('ENHANCED', pair('S3', 'Efs')),
    /from Amazon S3 to Amazon EFS is not supported in Enhanced mode/,
  );
  t.match(pairProblem('ENHANCED', pair('Nfs', 'Efs')), /Use TaskMode BASIC/);
  const outposts = location('S3', { settings: { S3StorageClass: 'OUTPOSTS' } });
  t.match(pairProblem('ENHANCED', { source: location('S3'), destination: outposts }), /Outposts/);
  const agentless = location('AzureBlob', { agentArns: [] });
  t.match(pairProblem('BASIC', { source: agentless, destination: location('S3') }), /has no agent/);
});

t.test('pairs that DataSync has are let pass in both directions', async (t) => {
  const basic: [LocationType, LocationType][] = [
    ['Nfs', 'S3'],
    ['Smb', 'FsxWindows'],
    ['S3', 'S3'],
    ['Efs', 'FsxLustre'],
    ['Hdfs', 'S3'],
    ['ObjectStorage', 'Efs'],
  ];
  for (const [one, other] of basic) {
    t.equal(pairProblem('BASIC', pair(one, other)), undefined);
    t.equal(pairProblem('BASIC', pair(other, one)), undefined);
  }
  const enhanced: [LocationType, LocationType][] = [
    ['S3', 'S3'],
    ['AzureBlob', 'S3'],
    ['ObjectStorage', 'S3'],
    ['Nfs', 'S3'],
    ['Smb', 'S3'],
  ];
  for (const [one, other] of enhanced) {
    t.equal(pairProblem('ENHANCED', pair(one, other)), undefined);
    t.equal(pairProblem('ENHANCED', pair(other, one)), undefined);
  }
});

t.test('objects without POSIX metadata become 0755, what comes from SMB or HDFS 0644', async (t) => {
  const rest = { directoryMode: 0o755, uid: 65_534, gid: 65_534 };
  t.strictSame(posixDefaults(pair('S3', 'Nfs')), { always: false, fileMode: 0o755, ...rest });
  t.strictSame(posixDefaults(pair('Smb', 'S3')), { always: true, fileMode: 0o644, ...rest });
  t.match(posixDefaults(pair('Smb', 'FsxWindows')), { always: false });
  t.strictSame(posixDefaults(pair('Hdfs', 'Efs')), { always: false, fileMode: 0o644, ...rest });
});
