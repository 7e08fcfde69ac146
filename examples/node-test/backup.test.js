import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { createDataSync } from 'datasync-local';
import { backUpNow, createBackup } from '../backup.js';

const local = await createDataSync();
const datasync = new DataSyncClient(local.clientConfig);
after(() => local.close());

beforeEach(async () => {
  await local.reset();
  local.volume('nas.memory').fromJSON({ '/export/ledger.xls': 'figures', '/export/notes.txt': 'hello' });
  local.bucket('backup');
});

test('what is on the NAS is in the bucket', async () => {
  await backUpNow(datasync, await createBackup(datasync));
  assert.equal(await local.bucket('backup').text('ledger.xls'), 'figures');
});

test('a file that somebody has open fails the backup, and the rest is copied', async () => {
  const task = await createBackup(datasync);
  local.faults.add({ fault: 'sharing-violation', where: { side: 'source', path: '/ledger.xls' } });
  await assert.rejects(backUpNow(datasync, task), /The backup failed/);
  const keys = await local.bucket('backup').list();
  assert.ok(keys.includes('notes.txt') && !keys.includes('ledger.xls'));
});

test('it runs every night', async () => {
  await local.clock.steer({ mode: 'held', setTo: '2026-01-01T12:00:00Z' });
  await createBackup(datasync);
  const caused = await local.clock.steer({ advanceSeconds: 7 * 24 * 3600 });
  const ends = caused.filter(({ state }) => state === 'SUCCESS').map(({ at }) => new Date(at).toISOString());
  assert.equal(ends.length, 7);
  assert.equal(ends[0], '2026-01-02T02:00:00.000Z');
});
