import t from 'tap';
import { command } from './command.ts';

t.test('the demo goes as it is told, also where nobody looks', async (t) => {
  const { code, stdout, stderr } = await command(['demo']);
  t.equal(code, 0, stdout + stderr);
  t.equal(stderr, '', 'no warnings of others');
  t.match(stdout, /SUCCESS after .* s: \d,\d+ transferred/);
  t.match(stdout, /equal byte for byte/);
  t.match(stdout, /SUCCESS after .* s: 4 transferred/);
  t.match(stdout, /ERROR after/);
  t.match(stdout, /\/logs\/render\.log: /);
  t.match(stdout, /What to try next/);
});
