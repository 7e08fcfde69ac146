// The whole story of a task, told by the AWS CLI.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DescribeTaskCommand, DescribeTaskExecutionCommand } from '@aws-sdk/client-datasync';
import t from 'tap';
import { startTarget, type Target } from '../target.ts';
import { environmentFor, outputOf, unlessPresent, workplace } from './tools.ts';

type Answer = Readonly<Record<string, unknown>>;

/** The CLI as somebody at a shell has it; answers are its JSON. */
function cli(target: Target) {
  const env = environmentFor(target);
  const raw = (...args: string[]) => outputOf('aws', args, env);
  const datasync = async (...args: string[]): Promise<Answer> => {
    const text = await raw('datasync', ...args, '--output', 'json');
    return text.trim() === '' ? {} : JSON.parse(text);
  };
  const refusal = async (...args: string[]): Promise<string> => {
    try {
      await raw('datasync', ...args);
    } catch (error) {
      return String((error as { stderr?: string }).stderr);
    }
    return 'it was accepted';
  };
  return { raw, datasync, refusal };
}

/** Polls with the SDK, because each call of the CLI starts Python anew. */
async function ended({ datasync }: Target, TaskExecutionArn: string): Promise<void> {
  for (;;) {
    const { Status } = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (Status === 'SUCCESS' || Status === 'ERROR') return;
    await wait(20);
  }
}

async function available({ datasync }: Target, TaskArn: string): Promise<void> {
  while ((await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status === 'CREATING') await wait(20);
}

const skip = unlessPresent('aws', ['--version']);

t.setTimeout(180_000);

t.test(
  'the AWS CLI creates, starts, polls, lists, tags, updates, cancels and deletes',
  { skip },
  async (t) => {
    using place = workplace();
    await using target = await startTarget(['--bind', `nfs://nas.example/export=directory:${place.source}`]);
    const { raw, datasync, refusal } = cli(target);

    const { AgentArn: agent } = await datasync(
      'create-agent',
      '--activation-key',
      'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
      '--agent-name',
      'first',
    );
    t.match(agent, /^arn:aws:datasync:us-east-1:111122223333:agent\/agent-[0-9a-f]{17}$/);
    await datasync('update-agent', '--agent-arn', `${agent}`, '--name', 'renamed');

    await raw('s3', 'mb', 's3://cli-bucket');
    const { LocationArn: source } = await datasync(
      'create-location-nfs',
      '--server-hostname',
      'nas.example',
      '--subdirectory',
      '/export',
      '--on-prem-config',
      `AgentArns=${agent}`,
    );
    const { LocationArn: destination } = await datasync(
      'create-location-s3',
      '--s3-bucket-arn',
      'arn:aws:s3:::cli-bucket',
      '--subdirectory',
      '/backup',
      '--s3-config',
      'BucketAccessRoleArn=arn:aws:iam::111122223333:role/datasync',
    );
    t.match(await datasync('describe-location-s3', '--location-arn', `${destination}`), {
      LocationUri: 's3://cli-bucket/backup/',
    });

    const { TaskArn: task } = await datasync(
      'create-task',
      '--source-location-arn',
      `${source}`,
      '--destination-location-arn',
      `${destination}`,
      '--name',
      'story',
      '--excludes',
      'FilterType=SIMPLE_PATTERN,Value=*.tmp',
      '--tags',
      'Key=team,Value=storage',
    );
    await available(target, `${task}`);

    const first = await datasync('start-task-execution', '--task-arn', `${task}`);
    const arn = `${first['TaskExecutionArn']}`;
    await ended(target, arn);
    const done = await datasync('describe-task-execution', '--task-execution-arn', arn);
    t.equal(done['Status'], 'SUCCESS');
    // Five files, two folders and the root.
    t.equal(done['FilesTransferred'], 8);

    await t.test('what was written is read back byte for byte', async (t) => {
      const back = join(place.path, 'back');
      await raw('s3', 'sync', 's3://cli-bucket/backup/', back);
      rmSync(join(back, '.aws-datasync-metadata'), { force: true });
      rmSync(join(place.source, 'folder/deeper/skipped.tmp'));
      await t.resolves(outputOf('diff', ['-r', place.source, back], process.env));
    });

    await t.test('lists, pages and filters', async (t) => {
      const { Locations } = await datasync('list-locations', '--page-size', '1');
      t.equal((Locations as unknown[]).length, 2, 'two pages, followed by the CLI itself');
      const filtered = await datasync(
        'list-locations',
        '--filters',
        'Name=LocationType,Values=S3,Operator=Equals',
      );
      t.match(filtered, { Locations: [{ LocationArn: destination }] });
      const executions = await datasync('list-task-executions', '--task-arn', `${task}`);
      t.match(executions, {
        TaskExecutions: [{ TaskExecutionArn: first['TaskExecutionArn'], Status: 'SUCCESS' }],
      });
      t.match(await datasync('list-agents'), { Agents: [{ AgentArn: agent, Name: 'renamed' }] });
    });

    await t.test('tags', async (t) => {
      await datasync('tag-resource', '--resource-arn', `${task}`, '--tags', 'Key=stage,Value=test');
      await datasync('untag-resource', '--resource-arn', `${task}`, '--keys', 'team');
      const { Tags } = await datasync('list-tags-for-resource', '--resource-arn', `${task}`);
      t.same(Tags, [{ Key: 'stage', Value: 'test' }]);
    });

    await t.test('updates, also of a running execution, and cancels it', async (t) => {
      await datasync(
        'update-task',
        '--task-arn',
        `${task}`,
        '--name',
        'new name',
        '--options',
        'TransferMode=ALL',
      );
      const updated = await datasync('describe-task', '--task-arn', `${task}`);
      t.match(updated, { Name: 'new name', Options: { TransferMode: 'ALL' } });
      const { TaskExecutionArn: slow } = await datasync(
        'start-task-execution',
        '--task-arn',
        `${task}`,
        '--override-options',
        'BytesPerSecond=100000',
      );
      await datasync(
        'update-task-execution',
        '--task-execution-arn',
        `${slow}`,
        '--options',
        'BytesPerSecond=50000',
      );
      const running = await datasync('describe-task-execution', '--task-execution-arn', `${slow}`);
      t.match(running, { Options: { BytesPerSecond: 50000 } });
      t.notMatch(running, { Status: /SUCCESS|ERROR/ });
      await datasync('cancel-task-execution', '--task-execution-arn', `${slow}`);
      await ended(target, `${slow}`);
      const cancelled = await datasync('describe-task-execution', '--task-execution-arn', `${slow}`);
      t.equal(cancelled['Status'], 'ERROR');
    });

    await t.test('deletes, and says so of what is gone', async (t) => {
      await datasync('delete-task', '--task-arn', `${task}`);
      t.match(await refusal('describe-task', '--task-arn', `${task}`), /InvalidRequestException.*not found/);
      await datasync('delete-location', '--location-arn', `${source}`);
      await datasync('delete-location', '--location-arn', `${destination}`);
      await datasync('delete-agent', '--agent-arn', `${agent}`);
      t.match(await refusal('describe-agent', '--agent-arn', `${agent}`), /does not exist/);
      t.match(await datasync('list-tasks'), { Tasks: [] });
    });
  },
);
