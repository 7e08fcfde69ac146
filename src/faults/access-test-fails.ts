import { ACCESS_TEXTS } from './access-texts.ts';
import { defineFault } from './fault.ts';
import { choice, usually } from './members.ts';

const NAMES = Object.keys(ACCESS_TEXTS) as (keyof typeof ACCESS_TEXTS)[];

export const accessTestFails = defineFault({
  name: 'access-test-fails',
  kind: 'location',
  summary:
    'The service cannot access a location and says so in a text that AWS has been seen to use, when a task is tested, an execution starts or a bucket is named.',
  example: {
    fault: 'access-test-fails',
    where: { location: 'nfs://nas.memory/' },
    with: { text: 'connection-timed-out' },
  },
  with: { text: usually('connection-timed-out', choice('Which text', NAMES)) },
  seams: ({ text }) => ({ accessTest: ACCESS_TEXTS[text] }),
});
