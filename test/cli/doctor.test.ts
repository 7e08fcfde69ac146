import t from 'tap';
import { checkDataDir, checkNode } from '../../src/cli/doctor/runtime.ts';
import { startEmulator } from '../../src/harness/start.ts';
import { command } from './command.ts';

interface Finding {
  readonly is: string;
  readonly about: string;
  readonly says: string;
  readonly next?: string;
}

async function findings(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await command(['doctor', '--json', '--port', '0', ...args], { env });
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  const about = (words: string) => all.find((finding) => finding.about.includes(words));
  return { code, stderr, about };
}

t.test('an old Node and a directory that cannot be written are bad', async (t) => {
  t.match(checkNode('18.20.0'), { is: 'bad', next: /20\.19 or newer/ });
  t.match(checkNode('20.18.9'), { is: 'bad' });
  t.match(checkNode('20.19.0'), { is: 'good' });
  t.match(checkNode('24.0.0'), { is: 'good' });
  t.match(checkDataDir('/proc/nothing/here'), [{ is: /bad|good/ }]);
  t.same(checkDataDir(undefined), []);
});

t.test('an SDK that would go to AWS is told, with what to set', async (t) => {
  const { code, about, stderr } = await findings([]);
  t.equal(code, 0);
  t.equal(stderr, '');
  t.match(about('DataSync calls'), {
    is: 'note',
    says: /would go to AWS itself, https:\/\/datasync\.us-east-1/,
    next: /export AWS_ENDPOINT_URL_DATASYNC=http/,
  });
  t.match(about('S3 calls'), { is: 'note', next: /AWS_ENDPOINT_URL_S3/ });
  t.match(about('libsql'), { is: 'good' });
  t.match(about('koffi'), { is: 'good' });
});

t.test('an endpoint that does not answer is bad, and where it comes from is told', async (t) => {
  const directory = t.testdir({ config: '[profile local]\nendpoint_url = http://127.0.0.1:2\n' });
  const { code, about } = await findings([], {
    AWS_ENDPOINT_URL_DATASYNC: 'http://127.0.0.1:1',
    AWS_PROFILE: 'local',
    AWS_CONFIG_FILE: `${directory}/config`,
  });
  t.equal(code, 1);
  t.match(about('DataSync calls'), {
    is: 'bad',
    says: /127\.0\.0\.1:1 \(from AWS_ENDPOINT_URL_DATASYNC\) does not answer: /,
    next: /datasync-local start/,
  });
  t.match(about('S3 calls'), { is: 'bad', says: /127\.0\.0\.1:2 \(from the profile local/ });
});

t.test('an emulator that answers is good; bindings are tried', async (t) => {
  const directory = t.testdir({ tree: {} });
  await using emulator = await startEmulator({ port: 0 });
  const { code, about } = await findings(
    [
      '--bind',
      `nfs://good/export=directory:${directory}/tree`,
      '--bind',
      `nfs://bad/export=directory:${directory}/missing`,
      '--bind',
      'smb://none/share=smb://127.0.0.1:1',
    ],
    { AWS_ENDPOINT_URL: emulator.endpoint },
  );
  t.match(about('DataSync calls'), { is: 'good', says: /from AWS_ENDPOINT_URL/ });
  t.match(about('nfs://good'), { is: 'good' });
  t.match(about('nfs://bad'), { is: 'bad', says: /missing/ });
  t.match(about('smb://none'), { is: 'bad' });
  t.equal(code, 1);
});

t.test('for people it is a line each', async (t) => {
  const { stdout } = await command(['doctor', '--port', '0', '--bind', 'nfs://nas=memory:x']);
  t.match(stdout, /^ok {4}Node /m);
  t.match(stdout, /^note {2}DataSync calls/m);
  t.match(stdout, /^ok {4}binding nfs:\/\/nas/m);
});
