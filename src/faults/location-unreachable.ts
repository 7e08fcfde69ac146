import { StorageError } from '../storage/backend.ts';
import { defineFault } from './fault.ts';

export const locationUnreachable = defineFault({
  name: 'location-unreachable',
  kind: 'location',
  summary: 'Nothing answers where the location is: new tasks become UNAVAILABLE, executions end in ERROR.',
  example: { fault: 'location-unreachable', where: { location: 'nfs://nas.memory/' } },
  with: {},
  seams: () => ({
    storage({ rule, path, occasion }) {
      const uri = occasion.locations?.[0]?.uri ?? 'the location';
      const message = `No answer from ${uri}: connection timed out (made by the fault ${rule}).`;
      throw new StorageError('Unreachable', path, message, { code: 'ETIMEDOUT' });
    },
  }),
});
