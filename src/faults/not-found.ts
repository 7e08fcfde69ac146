import { storageErrorFault } from './storage-error-fault.ts';

export const notFound = storageErrorFault({
  name: 'not-found',
  summary: 'A file that was listed is not there any more when it is read.',
  example: { fault: 'not-found', where: { path: '/one' } },
  kind: 'NotFound',
  code: 'ENOENT',
  says: 'No such file or directory',
  calls: ['read'],
});
