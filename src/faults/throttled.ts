import { storageErrorFault, WORK } from './storage-error-fault.ts';

export const throttled = storageErrorFault({
  name: 'throttled',
  summary: 'The object store answers SlowDown, still after all retries of its client.',
  example: { fault: 'throttled', where: { side: 'destination', path: '/one' } },
  kind: 'Throttled',
  code: 'SlowDown',
  says: 'SlowDown: Please reduce your request rate',
  calls: [...WORK, 'list'],
});
