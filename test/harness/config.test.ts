import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import t from 'tap';
import { configFrom, printable, readConfig } from '../../src/harness/config.ts';
import { ConfigError, memberOf, schemaOf } from '../../src/harness/config-document.ts';
import { CONFIG_OPTIONS, flagKeyOf, variableOf } from '../../src/harness/config-options.ts';

async function complaint(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

t.test('without anything there are the defaults', async (t) => {
  const { config, document, warnings } = await readConfig({});
  t.match(config, { port: 4567, host: '127.0.0.1', region: 'us-east-1', account: '000000000000' });
  t.same(config.pacing, { kind: 'immediate' });
  t.same(config.bindings, []);
  t.equal(config.s3, undefined);
  t.equal(config.dataDir, undefined);
  t.same(document, {});
  t.same(warnings, []);
});

t.test(
  'a flag wins over the environment, the environment over the file, the file over the default',
  async (t) => {
    const directory = t.testdir({
      'c.yaml': 'port: 1\nregion: eu-west-1\naccount: "111111111111"\nlog: {level: debug}\n',
    });
    const { config } = await readConfig({
      directory,
      flags: { config: 'c.yaml', port: '3' },
      environment: { DATASYNC_LOCAL_PORT: '2', DATASYNC_LOCAL_REGION: 'eu-west-2', DATASYNC_LOCAL_HOST: '' },
    });
    t.equal(config.port, 3);
    t.equal(config.region, 'eu-west-2');
    t.equal(config.account, '111111111111');
    t.same(config.log, { level: 'debug', format: 'json' });
    t.equal(config.host, '127.0.0.1', 'an empty variable counts as absent');
  },
);

t.test('the file may be JSON, and may be named by the environment', async (t) => {
  const directory = t.testdir({ 'c.json': '{"pacing":"scaled:250","seed":7}' });
  const { config } = await readConfig({ directory, environment: { DATASYNC_LOCAL_CONFIG: 'c.json' } });
  t.same(config.pacing, { kind: 'scaled', stateMs: 250 });
  t.equal(config.seed, 7);
});

t.test('relative paths mean the folder of the file, or the working directory', async (t) => {
  const directory = t.testdir({
    etc: { 'c.yaml': 'dataDir: state\nbindings: ["nfs://nas/export=directory:tree"]\n' },
  });
  const { config: fromFile } = await readConfig({ directory, flags: { config: 'etc/c.yaml' } });
  t.equal(fromFile.dataDir, join(directory, 'etc/state'));
  t.same(fromFile.bindings, [
    { prefix: 'nfs://nas/export', target: `directory:${join(directory, 'etc/tree')}` },
  ]);
  const { config: fromFlag } = await readConfig({
    directory,
    flags: { dataDir: 'state', bind: ['nfs://nas=directory:.'] },
  });
  t.equal(fromFlag.dataDir, join(directory, 'state'));
  t.same(fromFlag.bindings, [{ prefix: 'nfs://nas', target: `directory:${directory}` }]);
});

t.test('lists come from the environment with ";" between', async (t) => {
  const { config } = await readConfig({
    environment: {
      DATASYNC_LOCAL_BIND: 'nfs://a/x=memory:one; smb://b/y=smb://127.0.0.1:4450',
      DATASYNC_LOCAL_VERIFY_SIGNATURES: 'yes',
      DATASYNC_LOCAL_CREDENTIAL: 'AKIA:with:colon;111122223333:test',
    },
  });
  t.same(config.bindings, [
    { prefix: 'nfs://a/x', target: 'memory:one' },
    { prefix: 'smb://b/y', target: 'smb://127.0.0.1:4450' },
  ]);
  t.equal(config.signatures.verify, true);
  t.same(config.signatures.credentials[0], { accessKeyId: 'AKIA', secretAccessKey: 'with:colon' });
  const domains =
    'smb://a=smb://CORP;me:sesame@h;smb://b=smb://h;smb://c=smb://D;you:x@h;nfs://d=directory:/a@b';
  const { config: windows } = await readConfig({ environment: { DATASYNC_LOCAL_BIND: domains } });
  t.same(
    windows.bindings.map(({ target }) => target),
    ['smb://CORP;me:sesame@h', 'smb://h', 'smb://D;you:x@h', 'directory:/a@b'],
    'the ";" behind a domain is none of those between',
  );
});

t.test('a wrong value is named as it was given, with what to give', async (t) => {
  const directory = t.testdir({
    'type.yaml': 'port: many\nlog:\n  level: loud\n',
    'unknown.yaml': 'prot: 1\nlog: {fromat: json}\n',
    'list.yaml': '- port\n',
    'broken.yaml': 'port: [1\n',
    'broken.json': '{"port": 1',
    'account.yaml': 'account: 000000000012\n',
  });
  const file = (name: string) => complaint(() => readConfig({ directory, flags: { config: name } }));
  t.match(await file('type.yaml'), /type\.yaml: port cannot be "many"\. Give a TCP port from 0 to 65535/);
  t.match(await file('type.yaml'), /log\.level cannot be "loud"\. Give error, warn, info or debug/);
  t.match(await file('unknown.yaml'), /there is no setting "prot"\. There are: port, host/);
  t.match(await file('unknown.yaml'), /there is no setting "log\.fromat" in log\. There are: format, level/);
  t.match(await file('list.yaml'), /list\.yaml: it must hold settings by name/);
  t.match(await file('broken.yaml'), /broken\.yaml: the configuration file is broken/);
  t.match(await file('broken.json'), /broken\.json: the configuration file is broken/);
  t.match(await file('missing.yaml'), /missing\.yaml: the configuration file cannot be read \(ENOENT\)/);
  t.match(await file('account.yaml'), /account cannot be .*twelve digits \(in YAML in quotes\)/);
  const flag = (flags: Record<string, unknown>) => complaint(() => readConfig({ flags }));
  t.match(await flag({ port: '65536' }), /command line: --port cannot be 65536/);
  t.match(await flag({ port: '-1' }), /--port cannot be "-1"/);
  t.match(await flag({ port: '80.5' }), /--port cannot be "80\.5"/);
  t.match(await flag({ pacing: 'slow' }), /--pacing cannot be "slow"\. Give immediate, scaled:MS/);
  t.match(
    await flag({ bind: ['nfs://nas/export'] }),
    /--bind cannot be "nfs:\/\/nas\/export"\. Give PREFIX=TARGET/,
  );
  t.match(await flag({ bind: ['nfs://nas=ftp://x'] }), /--bind cannot be/);
  t.match(await flag({ region: 'Frankfurt' }), /--region cannot be "Frankfurt"/);
  const variable = (name: string, text: string) =>
    complaint(() => readConfig({ environment: { [`DATASYNC_LOCAL_${name}`]: text } }));
  t.match(await variable('PORT', 'x'), /environment: DATASYNC_LOCAL_PORT cannot be "x"/);
  t.match(await variable('VERIFY_SIGNATURES', 'maybe'), /DATASYNC_LOCAL_VERIFY_SIGNATURES cannot be "maybe"/);
  t.match(await complaint(() => configFrom({ port: '1' } as never)), /configuration: port cannot be "1"/);
});

t.test('settings that need each other are asked for together', async (t) => {
  t.match(
    await complaint(() => configFrom({ s3: { endpoint: 'http://127.0.0.1:9000' } })),
    /not s3\.accessKeyId\. Give --s3-access-key-id/,
  );
  t.match(
    await complaint(() => configFrom({ s3: { accessKeyId: 'a', secretAccessKey: 'b' } })),
    /not s3\.endpoint/,
  );
  t.match(
    await complaint(() => configFrom({ signatures: { verify: true } })),
    /no credential to verify with/,
  );
});

t.test('a secret is never shown, printed or complained about', async (t) => {
  const secret = 'do-not-show';
  const flags = {
    s3Endpoint: 'http://127.0.0.1:9000/',
    s3AccessKeyId: 'id',
    s3SecretAccessKey: secret,
    credential: [`AKIA:${secret}`],
  };
  const { document, config } = await readConfig({ flags });
  t.equal(config.s3?.secretAccessKey, secret);
  t.equal(config.s3?.endpoint, 'http://127.0.0.1:9000');
  const text = JSON.stringify(printable(document));
  t.notMatch(text, secret);
  t.match(text, '"secretAccessKey":"***"');
  t.match(text, '"AKIA:***"');
  t.notMatch(await complaint(() => readConfig({ flags: { credential: [secret] } })), secret);
});

t.test('a variable that is no setting is told of', async (t) => {
  const { warnings } = await readConfig({ environment: { DATASYNC_LOCAL_PROT: '1' } });
  t.match(warnings, [/DATASYNC_LOCAL_PROT is set in the environment, but there is no such setting/]);
});

t.test('what --print-config prints is a configuration again', async (t) => {
  const { document } = await readConfig({ flags: { port: '0', bind: ['nfs://nas=memory:x'], seed: '3' } });
  t.same(configFrom(printable(document)), configFrom(document));
});

t.test('the published schema is a schema', async (t) => {
  const text = readFileSync(new URL('../../src/harness/config-schema.json', import.meta.url), 'utf8');
  t.doesNotThrow(() => new Ajv({ strict: true }).compile(JSON.parse(text)));
});

t.test(
  'each option has its member in the published schema, and a flag and a variable of its own',
  async (t) => {
    for (const option of CONFIG_OPTIONS) {
      t.ok(schemaOf(option.member)?.['description'], `${option.member} is in the schema, with a description`);
    }
    t.equal(new Set(CONFIG_OPTIONS.map(flagKeyOf)).size, CONFIG_OPTIONS.length);
    t.equal(new Set(CONFIG_OPTIONS.map(variableOf)).size, CONFIG_OPTIONS.length);
    t.equal(memberOf({ log: { level: 'info' } }, 'log.level'), 'info');
    t.equal(memberOf({}, 'constructor.name'), undefined);
  },
);

t.test('the README tells of each setting: flag, variable and member', async (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const option of CONFIG_OPTIONS) {
    t.match(readme, `| \`--${option.flag}\` | \`${variableOf(option)}\``);
    t.match(readme, `| \`${option.member}\` |`);
  }
});
