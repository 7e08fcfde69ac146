import { storageErrorFault, WORK } from './storage-error-fault.ts';

export const ioError = storageErrorFault({
  name: 'io-error',
  summary: 'The storage fails while it reads or writes: input/output error.',
  example: { fault: 'io-error', where: { side: 'destination', path: '/one' } },
  kind: 'Io',
  code: 'EIO',
  says: 'Input/output error',
  calls: [...WORK, 'list'],
});
