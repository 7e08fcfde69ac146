import { DataSyncClient } from '@aws-sdk/client-datasync';
import { createDataSync } from 'datasync-local';
import t from 'tap';
import { backUpNow, createBackup } from '../backup.js';

/** An emulator for each test: they start in no time and share nothing, so that tests may run side by side. */
async function nas(t) {
  const local = await createDataSync();
  t.teardown(() => local.close());
  local.volume('nas.memory').fromJSON({ '/export/ledger.xls': 'figures', '/export/notes.txt': 'hello' });
  local.bucket('backup');
  return { local, datasync: new DataSyncClient(local.clientConfig) };
}

t.test('what is on the NAS is in the bucket', async (t) => {
  const { local, datasync } = await nas(t);
  await backUpNow(datasync, await createBackup(datasync));
  t.equal(await local.bucket('backup').text('ledger.xls'), 'figures');
});

t.test('the bucket has a bad day: the backup fails, and the next one goes well', async (t) => {
  const { local, datasync } = await nas(t);
  const task = await createBackup(datasync);
  local.faults.add({ fault: 'io-error', where: { side: 'destination', path: '/ledger.xls' } });
  await t.rejects(backUpNow(datasync, task), /The backup failed/);
  local.faults.clear();
  await backUpNow(datasync, task);
  t.equal(await local.bucket('backup').text('ledger.xls'), 'figures');
});

t.test('it runs every night', async (t) => {
  const { local, datasync } = await nas(t);
  await local.clock.steer({ mode: 'held', setTo: '2026-01-01T12:00:00Z' });
  await createBackup(datasync);
  const caused = await local.clock.steer({ advanceSeconds: 7 * 24 * 3600 });
  t.equal(caused.filter(({ state }) => state === 'SUCCESS').length, 7);
});
