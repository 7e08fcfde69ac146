import t from 'tap';
import { command } from '../cli/command.ts';
import { skipWithout } from './container-engine.ts';
import { startNfsServer } from './nfs-server.ts';
import { startSmbServer } from './smb-server.ts';

t.setTimeout(180_000);

const told = [
  /SUCCESS after .* s: \d,\d+ transferred/,
  /equal byte for byte/,
  /SUCCESS after .* s: 6 transferred/,
  /ERROR after/,
  /\/logs\/render\.log: /,
];

t.test('the demo on a server of NFS leaves nothing behind', { skip: skipWithout('nfs') }, async (t) => {
  await using nfs = await startNfsServer();
  const { code, stdout, stderr } = await command([
    'demo',
    `nfs://${nfs.host}:${nfs.port}/export?mountport=${nfs.mountPort}`,
  ]);
  t.equal(code, 0, stdout + stderr);
  for (const text of told) t.match(stdout, text);
  t.equal(await nfs.sh('ls -A /export'), '');
});

t.test('the demo on a share of SMB leaves nothing behind', { skip: skipWithout('samba') }, async (t) => {
  await using smb = await startSmbServer();
  const share = `smb://${smb.domain};${smb.user}@${smb.host}:${smb.port}/share`;
  const env = { DATASYNC_LOCAL_SOURCE_PASSWORD: smb.password };
  const { code, stdout, stderr } = await command(['demo', share], { env });
  t.equal(code, 0, stdout + stderr);
  for (const text of told) t.match(stdout, text);
  t.equal(await smb.sh('ls -A /share'), '');
  const refused = await command(['demo', share]);
  t.equal(refused.code, 2);
  t.match(refused.stderr, /has no password\. Set DATASYNC_LOCAL_SOURCE_PASSWORD/);
});
