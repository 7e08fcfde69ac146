import { storageErrorFault, WORK } from './storage-error-fault.ts';

export const permissionDenied = storageErrorFault({
  name: 'permission-denied',
  summary: 'The storage refuses what is asked of it: permission denied.',
  example: { fault: 'permission-denied', where: { side: 'source', path: '/one' } },
  kind: 'PermissionDenied',
  code: 'EACCES',
  says: 'Permission denied',
  calls: [...WORK, 'list'],
});
