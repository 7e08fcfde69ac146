import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateAgentCommand,
  CreateLocationEfsCommand,
  CreateLocationNfsCommand,
  CreateTaskCommand,
  DataSyncClient,
  DescribeAgentCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  ListTagsForResourceCommand,
  ListTaskExecutionsCommand,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import t from 'tap';
import { command, PROGRAM, started } from './command.ts';

function client(endpoint: string): DataSyncClient {
  return new DataSyncClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
  });
}

/** An agent, two locations and a task that goes from one directory to another. */
async function story(datasync: DataSyncClient): Promise<{ agent: string; task: string }> {
  const { AgentArn: agent = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', AgentName: 'kept' }),
  );
  const source = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'nas.example',
      Subdirectory: '/export',
      OnPremConfig: { AgentArns: [agent] },
    }),
  );
  const destination = await datasync.send(
    new CreateLocationEfsCommand({
      EfsFilesystemArn: 'arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0123456789abcdef0',
      Ec2Config: {
        SubnetArn: 'arn:aws:ec2:us-east-1:111122223333:subnet/subnet-0123456789abcdef0',
        SecurityGroupArns: ['arn:aws:ec2:us-east-1:111122223333:security-group/sg-0123456789abcdef0'],
      },
    }),
  );
  const { TaskArn: task = '' } = await datasync.send(
    new CreateTaskCommand({
      SourceLocationArn: source.LocationArn,
      DestinationLocationArn: destination.LocationArn,
      Tags: [{ Key: 'team', Value: 'storage' }],
    }),
  );
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn: task }))).Status === 'CREATING')
    await wait(20);
  return { agent, task };
}

async function begin(datasync: DataSyncClient, TaskArn: string, bytesPerSecond = -1): Promise<string> {
  const OverrideOptions = { BytesPerSecond: bytesPerSecond };
  const { TaskExecutionArn = '' } = await datasync.send(
    new StartTaskExecutionCommand({ TaskArn, OverrideOptions }),
  );
  return TaskExecutionArn;
}

async function until(datasync: DataSyncClient, TaskExecutionArn: string, wanted: RegExp): Promise<string> {
  for (;;) {
    const { Status = '' } = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (wanted.test(Status)) return Status;
    await wait(20);
  }
}

t.test('it says where it is, answers, and ends when it is asked to', async (t) => {
  const emulator = await started(['--log-format', 'json', '--seed', '1']);
  t.match(emulator.ready, { event: 'ready', endpoint: /^http:\/\/127\.0\.0\.1:\d+$/ });
  t.equal((await fetch(`${emulator.ready.endpoint}/health`)).status, 200);
  t.equal((await fetch(`${emulator.ready.endpoint}/ready`)).status, 200);
  const nothing = await fetch(`${emulator.ready.endpoint}/_datasync/executions/exec-0/problems`);
  t.equal(nothing.status, 404);
  t.match(await nothing.json(), { message: /There is no execution exec-0/ });
  t.equal((await fetch(`${emulator.ready.endpoint}/_datasync/`)).status, 404);
  const { code, ms } = await emulator.end('SIGTERM');
  t.equal(code, 0);
  t.ok(ms < 2000, `it took ${ms} ms`);
  const lines = (await emulator.stderr).trim().split('\n');
  for (const line of lines) t.ok(JSON.parse(line).event, 'each line of the log is an event');
  t.notMatch(lines.join('\n'), /NodeVersionSupportWarning|no longer support/);
});

t.test('a port that is taken is told', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const { code, stdout, stderr } = await command(['start', '--port', String(port)]);
  other.close();
  t.equal(code, 1);
  t.equal(stdout, '');
  t.match(stderr, `port ${port}`);
  t.notMatch(stderr, /^\s+at /m, 'no stack');
});

t.test('a wrong setting is told with its name, and how', async (t) => {
  const directory = t.testdir({ 'local.yaml': 'pacing: slow\n' });
  const file = await command(['start', '--config', 'local.yaml'], { cwd: directory });
  t.equal(file.code, 2);
  t.match(file.stderr, /local\.yaml: pacing cannot be "slow"\. Give immediate/);
  const flag = await command(['start', '--prot', '1']);
  t.equal(flag.code, 2);
  t.match(flag.stderr, /unknown option '--prot'/);
  const command_ = await command(['strat']);
  t.equal(command_.code, 2);
});

t.test('--print-config, --version and --help', async (t) => {
  const directory = t.testdir({});
  const link = join(directory, 'linked');
  symlinkSync(PROGRAM, link);
  const printed = await command(['start', '--print-config', '--credential', 'AKIA:hidden', '--port', '0'], {
    env: { DATASYNC_LOCAL_REGION: 'eu-west-1' },
    cwd: directory,
  });
  t.equal(printed.code, 0);
  t.match(JSON.parse(printed.stdout), {
    port: 0,
    region: 'eu-west-1',
    signatures: { credentials: ['AKIA:***'] },
  });
  t.notMatch(printed.stdout, 'hidden');
  t.match((await command(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  t.match((await command(['--help'])).stdout, /Examples:/);
});

t.test('a data directory has one owner', async (t) => {
  const directory = t.testdir({});
  const first = await started(['--data-dir', directory]);
  const second = await command(['start', '--port', '0', '--data-dir', directory]);
  t.equal(second.code, 1);
  t.match(second.stderr, directory);
  t.notMatch(second.stderr, /unforeseen/);
  t.equal((await first.end('SIGINT')).code, 0);
});

t.test('a running execution ends in ERROR when the emulator is asked to end', async (t) => {
  const directory = t.testdir({ source: { 'a.bin': 'x'.repeat(1_000_000) }, destination: {}, state: {} });
  const flags = bindings(directory);
  const first = await started(flags);
  const datasync = client(first.ready.endpoint);
  const { task } = await story(datasync);
  const slow = await begin(datasync, task, 20_000);
  await until(datasync, slow, /TRANSFERRING/);
  const { code, ms } = await first.end('SIGTERM');
  t.equal(code, 0);
  t.ok(ms < 2000, `it took ${ms} ms`);
  const second = await started(flags);
  t.equal(await until(client(second.ready.endpoint), slow, /SUCCESS|ERROR/), 'ERROR');
  await second.end('SIGTERM');
});

t.test('after kill -9 nothing is lost, and the next run completes the work', async (t) => {
  const directory = t.testdir({
    source: { 'a.bin': 'x'.repeat(1_000_000), folder: { 'b.txt': 'b' } },
    destination: {},
    state: {},
  });
  const flags = bindings(directory);
  const first = await started(flags);
  const before = client(first.ready.endpoint);
  const { agent, task } = await story(before);
  const done = await begin(before, task);
  t.equal(await until(before, done, /SUCCESS|ERROR/), 'SUCCESS');
  await before.send(new DescribeTaskCommand({ TaskArn: task }));
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(directory, 'source/c.bin'), 'c'.repeat(1_000_000));
  const slow = await begin(before, task, 20_000);
  await until(before, slow, /TRANSFERRING/);
  await wait(200);
  await first.end('SIGKILL');
  t.notOk(existsSync(join(directory, 'destination/c.bin')), 'nobody sees half a file');

  const second = await started(flags);
  const after = client(second.ready.endpoint);
  t.match(await after.send(new DescribeAgentCommand({ AgentArn: agent })), { Name: 'kept' });
  const { Tags } = await after.send(new ListTagsForResourceCommand({ ResourceArn: task }));
  t.same(Tags, [{ Key: 'team', Value: 'storage' }]);
  t.equal(await until(after, done, /./), 'SUCCESS');
  t.equal(await until(after, slow, /SUCCESS|ERROR/), 'ERROR');
  const { TaskExecutions = [] } = await after.send(new ListTaskExecutionsCommand({ TaskArn: task }));
  t.same(TaskExecutions.map(({ Status }) => Status).sort(), ['ERROR', 'SUCCESS']);
  const next = await begin(after, task);
  t.equal(await until(after, next, /SUCCESS|ERROR/), 'SUCCESS');
  await second.end('SIGTERM');
  t.same(readdirSync(join(directory, 'destination')).sort(), ['a.bin', 'c.bin', 'folder']);
});

const noFull = existsSync('/dev/full') ? false : 'this system has no /dev/full';

t.test('an output that takes nothing more is told without a stack', { skip: noFull }, async (t) => {
  const cwd = t.testdir();
  const program = `"${process.execPath}" "${PROGRAM}" --help >/dev/full 2>told`;
  const [code] = await once(spawn('/bin/sh', ['-c', program], { cwd, stdio: 'ignore' }), 'close');
  t.equal(code, 1);
  t.match(readFileSync(join(cwd, 'told'), 'utf8'), /^Its output cannot be written: ENOSPC.*\n$/);
});

function bindings(directory: string): string[] {
  return [
    '--data-dir',
    join(directory, 'state'),
    '--bind',
    `nfs://nas.example/export=directory:${join(directory, 'source')}`,
    '--bind',
    `efs://us-east-1.fs-0123456789abcdef0=directory:${join(directory, 'destination')}`,
  ];
}
