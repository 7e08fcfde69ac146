import { storageErrorFault } from './storage-error-fault.ts';

export const noSpace = storageErrorFault({
  name: 'no-space',
  summary: 'Nothing more fits on the destination: no space left on device.',
  example: { fault: 'no-space', where: { path: '/one' } },
  kind: 'NoSpace',
  code: 'ENOSPC',
  says: 'No space left on device',
  calls: ['write', 'make-directory', 'link'],
});
