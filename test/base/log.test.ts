import t from 'tap';
import { silentLog, streamLog } from '../../src/base/log.ts';
import { VirtualClock } from '../../src/base/virtual-clock.ts';

const capture = () => {
  const lines: string[] = [];
  return { lines, stream: { write: (line: string) => lines.push(line) } };
};
const clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6));

t.test('what is quieter than asked for is not written', async (t) => {
  const { lines, stream } = capture();
  const log = streamLog(stream, clock, 'json', 'warn');
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  t.same(
    lines.map((line) => JSON.parse(line).event),
    ['c', 'd'],
  );
  silentLog.error('nobody hears this');
});

t.test('an event is one line, whatever is in it', async (t) => {
  const { lines, stream } = capture();
  streamLog(stream, clock).info('item-failed', { path: 'a\nb', bytes: 12n });
  t.equal(lines.length, 1);
  t.equal(lines[0]?.split('\n').length, 2);
  t.same(JSON.parse(lines[0] ?? ''), {
    at: '2026-01-02T03:04:05.006Z',
    level: 'info',
    event: 'item-failed',
    path: 'a\nb',
    bytes: '12',
  });
  streamLog(stream, clock, 'text').warn('slow', { path: 'a\nb' });
  t.equal(lines[1], '2026-01-02T03:04:05.006Z WARN  slow path="a\\nb"\n');
});
