import { storageErrorFault } from './storage-error-fault.ts';

export const interrupted = storageErrorFault({
  name: 'interrupted',
  summary: 'The server loses what it had taken but not kept; the file is copied again from its start.',
  example: { fault: 'interrupted', where: { path: '/one' }, when: { times: 1 } },
  kind: 'Interrupted',
  code: 'EINTR',
  says: 'The server began anew and lost unflushed data',
  calls: ['write'],
});
