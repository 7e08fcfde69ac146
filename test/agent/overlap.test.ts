// Locations on servers that lie inside one another.

import t from 'tap';
import { refuseOverlap } from '../../src/agent/overlap.ts';
import { createTargets } from '../../src/emulator/targets.ts';
import type { NfsConfig, SmbConfig, StorageTarget } from '../../src/storage/index.ts';
import { someLocation, testPlane, testSettings } from '../emulator/fixture.ts';

const nfs = (path: string, rest: Partial<NfsConfig> = {}): StorageTarget => ({
  driver: 'nfs',
  host: 'nas',
  version: 'automatic',
  path,
  ...rest,
});
const smb = (share: string, root: string, rest: Partial<SmbConfig> = {}): StorageTarget => ({
  driver: 'smb',
  host: 'nas',
  share,
  root,
  user: 'me',
  domain: '',
  password: 'x',
  version: 'automatic',
  ...rest,
});
const ALL = { include: null, exclude: null, manifest: null };

const overlap = (source: StorageTarget, destination: StorageTarget, selection = ALL) => {
  try {
    refuseOverlap({ source, destination, selection });
    return undefined;
  } catch (error) {
    return String(error);
  }
};

t.test('one place, or one inside the other, is refused', async (t) => {
  t.match(overlap(nfs('/e'), nfs('/e/')), /the same place/);
  t.match(overlap(nfs('/e'), nfs('/e', { port: 2049, host: 'NAS', version: '3' })), /the same place/);
  t.match(overlap(nfs('/e'), nfs('/e/sub')), /destination lies inside the source/);
  t.match(overlap(nfs('/e/sub'), nfs('/')), /source lies inside the destination/);
  t.match(overlap(smb('s', ''), smb('S', '', { user: 'you', port: 445 })), /the same place/);
  t.match(overlap(smb('s', 'A/b'), smb('s', 'a/B/c')), /destination lies inside the source/);
});

t.test('two places are two places', async (t) => {
  t.equal(overlap(nfs('/e'), nfs('/ex')), undefined);
  t.equal(overlap(nfs('/e'), nfs('/E/sub')), undefined, 'NFS tells names apart by case');
  t.equal(overlap(nfs('/e'), nfs('/e', { port: 2050 })), undefined);
  t.equal(overlap(nfs('/e'), nfs('/e', { host: 'other' })), undefined);
  t.equal(overlap(smb('s', 'a'), smb('s', 'b')), undefined);
  t.equal(overlap(smb('s', ''), nfs('/s')), undefined);
  t.equal(overlap(nfs('/e'), nfs('/e/sub'), { ...ALL, exclude: '/sub' } as never), undefined);
  t.equal(overlap(smb('s', ''), smb('S', 'Sub'), { ...ALL, exclude: '/Sub' } as never), undefined);
});

t.test('an EFS location and an NFS location may be one export', async (t) => {
  const plane = testPlane();
  const { targetOf } = createTargets({
    ...testSettings,
    bindings: [{ prefix: 'efs://us-west-2.fs-1', target: 'nfs://nas:2049/e' }],
  });
  const arn = 'arn:aws:elasticfilesystem:us-west-2:123456789012:file-system/fs-1';
  const efs = {
    ...someLocation(plane, 'Efs', 'efs://us-west-2.fs-1/sub'),
    settings: { EfsFilesystemArn: arn, Subdirectory: '/sub' },
  };
  const mounted = {
    ...someLocation(plane, 'Nfs', 'nfs://nas/e/'),
    settings: { ServerHostname: 'nas', Subdirectory: '/e/' },
  };
  t.match(overlap(targetOf(mounted), targetOf(efs)), /destination lies inside the source/);
});
