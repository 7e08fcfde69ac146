import { defineFault } from './fault.ts';
import { milliseconds, required, usually } from './members.ts';

export const apiLatency = defineFault({
  name: 'api-latency',
  kind: 'api',
  summary: 'A call is answered late.',
  example: { fault: 'api-latency', where: { operation: 'ListTasks' }, with: { ms: 200 } },
  with: {
    ms: required(milliseconds('How much later')),
    spreadMs: usually(0, milliseconds('Up to so much more, by chance')),
  },
  seams: ({ ms, spreadMs }) => ({
    beforeCall: ({ wait, random }) => wait(ms + random.next() * spreadMs),
  }),
});
