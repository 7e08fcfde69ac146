// Packs the package, installs it into an empty folder as a user would, and uses what it promises there: the command,
// the library, its handlers for msw, its types and the schema. Ends with an error when something is missing.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'datasync-local-package-'));
const run = (cwd, command, ...args) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const LIBRARY = `
import { createDataSync, startEmulator } from 'datasync-local';
const emulator = await startEmulator({ port: 0, log: { level: 'error' } });
const answer = await fetch(emulator.endpoint + '/ready');
await emulator.close();
if (answer.status !== 200) throw new Error('not ready: ' + answer.status);
const dataSync = await createDataSync();
dataSync.volume('nas.memory').fromJSON({ '/a': 'text' });
await dataSync.bucket('backup').put('a', dataSync.volume('nas.memory').readFileSync('/a'));
const text = await dataSync.bucket('backup').text('a');
await dataSync.close();
if (text !== 'text') throw new Error('not in the bucket: ' + text);
`;

const BEHIND_MSW = `
import { createDataSync } from 'datasync-local';
import { dataSyncHandlers } from 'datasync-local/msw';
import { setupServer } from 'msw/node';
const dataSync = await createDataSync();
await dataSync.bucket('backup').put('a', 'text');
const server = setupServer(...dataSyncHandlers(dataSync));
server.listen({ onUnhandledRequest: 'error' });
const text = await (await fetch('https://backup.s3.eu-west-1.amazonaws.com/a')).text();
server.close();
await dataSync.close();
if (text !== 'text') throw new Error('not by msw: ' + text);
`;

const TYPED = `
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { S3Client } from '@aws-sdk/client-s3';
import { createDataSync, type DataSync, type Emulator, startEmulator, type VolumeFs } from 'datasync-local';
import { dataSyncHandlers } from 'datasync-local/msw';
import { setupServer } from 'msw/node';

const emulator: Emulator = await startEmulator({ port: 0 });
const endpoint: string = emulator.endpoint;
// @ts-expect-error: the endpoint is known to be a text, so the types are really there
const wrong: number = emulator.endpoint;

await using dataSync: DataSync = await createDataSync({ seed: 1 });
const clients = [
  new DataSyncClient(dataSync.clientConfig),
  new S3Client({ ...dataSync.clientConfig, maxAttempts: 1 }),
];
const nas: VolumeFs = dataSync.volume('nas.memory');
const text: string = nas.readFileSync('/a', 'utf8');
const bytes: Buffer = await nas.promises.readFile('/a');
const names: string[] = nas.readdirSync('/');
// @ts-expect-error: a file system wants a path
nas.writeFileSync();
const stored: string = await dataSync.bucket('backup').text('a');
const states: string[] = (await dataSync.clock.steer({ advanceSeconds: 60 })).map(({ state }) => state);
// @ts-expect-error: there is no such wish
await dataSync.clock.steer({ advance: 60 });
dataSync.faults.add({ fault: 'no-space', where: { side: 'destination' } });
setupServer(...dataSyncHandlers(dataSync)).listen();
export { bytes, clients, endpoint, names, states, stored, text, wrong };
`;

/** The command, called through a symbolic link and from another folder, says that it is ready and ends when asked. */
async function tryCommand(command) {
  const link = join(place, 'linked');
  symlinkSync(command, link);
  const child = spawn(link, ['start', '--port', '0'], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { event, endpoint } = JSON.parse(line);
  if (event !== 'ready') throw new Error(`The first line is ${line}`);
  const { status } = await fetch(`${endpoint}/health`);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  if (status !== 200 || code !== 0) throw new Error(`health answered ${status}, the exit code is ${code}`);
}

try {
  run(checkout, 'npm', 'pack', '--silent', '--pack-destination', place);
  const [tarball] = readdirSync(place);
  const user = join(place, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{"name":"user","private":true,"type":"module"}');
  run(user, 'npm', 'install', '--silent', '--no-audit', '--no-fund', join(place, tarball));
  writeFileSync(join(user, 'library.js'), LIBRARY);
  run(user, 'node', 'library.js');
  // What is optional comes with the user, in the version that the checkout has.
  const { version } = JSON.parse(readFileSync(join(checkout, 'node_modules/msw/package.json'), 'utf8'));
  run(user, 'npm', 'install', '--silent', '--no-audit', '--no-fund', `msw@${version}`);
  writeFileSync(join(user, 'behind-msw.js'), BEHIND_MSW);
  run(user, 'node', 'behind-msw.js');
  writeFileSync(join(user, 'typed.ts'), TYPED);
  const compiler = join(checkout, 'node_modules/typescript/bin/tsc');
  const types = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022,esnext.disposable',
    '--skipLibCheck',
  ];
  run(
    user,
    'node',
    compiler,
    ...types,
    '--typeRoots',
    join(checkout, 'node_modules/@types'),
    '--types',
    'node',
    'typed.ts',
  );
  const schema =
    "JSON.parse((await import('node:fs')).readFileSync(new URL(import.meta.resolve('datasync-local/config-schema.json'))))";
  run(user, 'node', '--input-type=module', '-e', schema);
  await tryCommand(join(user, 'node_modules/.bin/datasync-local'));
  process.stdout.write('The packed package works in an empty folder.\n');
} finally {
  rmSync(place, { recursive: true, force: true });
}
