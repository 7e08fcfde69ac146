import { storageErrorFault } from './storage-error-fault.ts';

export const sharingViolation = storageErrorFault({
  name: 'sharing-violation',
  summary: 'Somebody else holds the file open, and the server refuses to share it.',
  example: { fault: 'sharing-violation', where: { side: 'source', path: '/one' } },
  kind: 'Busy',
  code: 'STATUS_SHARING_VIOLATION',
  says: 'The file is in use by another process',
  calls: ['read', 'write', 'remove', 'set-metadata'],
});
