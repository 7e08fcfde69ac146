import { storageErrorFault, WORK } from './storage-error-fault.ts';

export const staleHandle = storageErrorFault({
  name: 'stale-handle',
  summary: 'The server has forgotten what was open: stale file handle.',
  example: { fault: 'stale-handle', where: { side: 'source', path: '/one' } },
  kind: 'Stale',
  code: 'ESTALE',
  says: 'Stale file handle',
  calls: [...WORK, 'list'],
});
