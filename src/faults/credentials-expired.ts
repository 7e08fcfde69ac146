import { storageErrorFault, WORK } from './storage-error-fault.ts';

export const credentialsExpired = storageErrorFault({
  name: 'credentials-expired',
  summary: 'The storage does not take the credentials any more; the execution ends in ERROR.',
  example: { fault: 'credentials-expired', where: { side: 'source' } },
  kind: 'CredentialsRefused',
  code: 'ExpiredToken',
  says: 'The provided token has expired',
  calls: [...WORK, 'open', 'list', 'stat'],
});
