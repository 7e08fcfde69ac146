import { storageErrorFault, WORK } from './storage-error-fault.ts';

export const disconnected = storageErrorFault({
  name: 'disconnected',
  summary: 'The connection to the storage is gone; when all of the location is, the execution ends in ERROR.',
  example: { fault: 'disconnected', where: { side: 'source' }, when: { afterFiles: 1 } },
  kind: 'Unreachable',
  code: 'ECONNRESET',
  says: 'Connection reset by peer',
  calls: [...WORK, 'list', 'stat'],
});
