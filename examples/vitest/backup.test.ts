// The code under test makes its own client, for AWS itself: msw lets the emulator answer in its place.
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { createDataSync } from 'datasync-local';
import { dataSyncHandlers } from 'datasync-local/msw';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { backUpNow, createBackup } from '../backup.js';

const datasync = new DataSyncClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
});
const local = await createDataSync();
const server = setupServer(...dataSyncHandlers(local));

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));

afterAll(async () => {
  server.close();
  await local.close();
});

beforeEach(async () => {
  await local.reset();
  local.volume('nas.memory').fromJSON({ '/export/ledger.xls': 'figures', '/export/notes.txt': 'hello' });
  local.bucket('backup');
});

test('what is on the NAS is in the bucket', async () => {
  await backUpNow(datasync, await createBackup(datasync));
  expect(await local.bucket('backup').text('ledger.xls')).toBe('figures');
});

test('a bucket that is full fails the backup', async () => {
  const task = await createBackup(datasync);
  local.faults.add({ fault: 'no-space', where: { side: 'destination' } });
  await expect(backUpNow(datasync, task)).rejects.toThrow('The backup failed');
  expect(local.faults.hits()).not.toHaveLength(0);
});

test('it runs every night', async () => {
  await local.clock.steer({ mode: 'held', setTo: '2026-01-01T12:00:00Z' });
  await createBackup(datasync);
  const caused = await local.clock.steer({ advanceSeconds: 7 * 24 * 3600 });
  expect(caused.filter(({ state }) => state === 'SUCCESS')).toHaveLength(7);
});
