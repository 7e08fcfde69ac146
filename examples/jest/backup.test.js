import { DataSyncClient } from '@aws-sdk/client-datasync';
import { createDataSync } from 'datasync-local';
import { backUpNow, createBackup } from '../backup.js';

let local;
let datasync;

beforeAll(async () => {
  local = await createDataSync();
  datasync = new DataSyncClient(local.clientConfig);
});

afterAll(() => local.close());

beforeEach(async () => {
  await local.reset();
  local.volume('nas.memory').fromJSON({ '/export/ledger.xls': 'figures', '/export/notes.txt': 'hello' });
  local.bucket('backup');
});

test('what is on the NAS is in the bucket', async () => {
  await backUpNow(datasync, await createBackup(datasync));
  expect(await local.bucket('backup').text('ledger.xls')).toBe('figures');
});

test('a file that must not be read fails the backup', async () => {
  const task = await createBackup(datasync);
  local.faults.add({ fault: 'permission-denied', where: { side: 'source', path: '/ledger.xls' } });
  await expect(backUpNow(datasync, task)).rejects.toThrow('The backup failed');
  expect(await local.bucket('backup').list()).not.toContain('ledger.xls');
});

test('it runs every night', async () => {
  await local.clock.steer({ mode: 'held', setTo: '2026-01-01T12:00:00Z' });
  await createBackup(datasync);
  const caused = await local.clock.steer({ advanceSeconds: 7 * 24 * 3600 });
  expect(caused.filter(({ state }) => state === 'SUCCESS')).toHaveLength(7);
});
