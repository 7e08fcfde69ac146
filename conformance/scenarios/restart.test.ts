// With a data directory, whatever was made reads back the same after the process was killed.

import {
  CreateAgentCommand,
  DescribeAgentCommand,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  ListAgentsCommand,
  ListLocationsCommand,
  ListTagsForResourceCommand,
  ListTaskExecutionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import t from 'tap';
import { locationStories } from '../location-stories.ts';
import { efsLocation, nfsLocation, readyTask, runToEnd, s3Location } from '../story.ts';
import { startTarget, type Target } from '../target.ts';

const ACTIVATION = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';

/** ARNs of what was made. */
interface Made {
  readonly agents: readonly string[];
  /** By type. */
  readonly locations: readonly (readonly [type: string, arn: string])[];
  readonly tasks: readonly string[];
  readonly executions: readonly string[];
}

/** Something of everything, with all that can be set. */
async function makeAll(target: Target, bucket: string): Promise<Made> {
  const { datasync, account, region } = target;
  const { AgentArn: agent = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: ACTIVATION, AgentName: 'one', Tags: [{ Key: 'a', Value: 'b' }] }),
  );
  const { AgentArn: hidden = '' } = await datasync.send(
    new CreateAgentCommand({
      ActivationKey: ACTIVATION,
      VpcEndpointId: 'vpce-01234567890abcdef',
      SubnetArns: [`arn:aws:ec2:${region}:${account}:subnet/subnet-0123456789abcdef0`],
      SecurityGroupArns: [`arn:aws:ec2:${region}:${account}:security-group/sg-0123456789abcdef0`],
    }),
  );
  await target.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const locations: [string, string][] = [];
  for (const [type, story] of Object.entries(locationStories(target, bucket, agent))) {
    const { LocationArn = '' } = await story.create();
    await story.change({ LocationArn });
    locations.push([type, LocationArn]);
  }
  const source = await nfsLocation(target, 'nas.memory', '/export');
  const destination = await efsLocation(target, 'fs-0123456789abcdef0');
  const full = await readyTask(target, source, destination, {
    Name: 'full',
    Tags: [{ Key: 'stage', Value: 'test' }],
    Options: { LogLevel: 'BASIC', BytesPerSecond: 1_000_000 },
    Schedule: { ScheduleExpression: 'rate(1 day)', Status: 'DISABLED' },
    Includes: [{ FilterType: 'SIMPLE_PATTERN', Value: '/a|/b' }],
    Excludes: [{ FilterType: 'SIMPLE_PATTERN', Value: '*.tmp' }],
    TaskReportConfig: {
      OutputType: 'STANDARD',
      Destination: {
        S3: { S3BucketArn: `arn:aws:s3:::${bucket}`, BucketAccessRoleArn: `arn:aws:iam::${account}:role/r` },
      },
    },
  });
  const from = await s3Location(target, `${bucket}-from`);
  await target.s3.send(new PutObjectCommand({ Bucket: `${bucket}-from`, Key: 'a', Body: 'a' }));
  const enhanced = await readyTask(target, from, await s3Location(target, `${bucket}-to`), {
    TaskMode: 'ENHANCED',
  });
  const runs = [await runToEnd(target, full), await runToEnd(target, enhanced)];
  return {
    agents: [agent, hidden],
    locations,
    tasks: [full, enhanced],
    executions: runs.map(({ TaskExecutionArn = '' }) => TaskExecutionArn),
  };
}

/** Everything that can be asked about them. */
async function readAll(target: Target, made: Made, bucket: string): Promise<Record<string, unknown>> {
  const { datasync } = target;
  const stories = locationStories(target, bucket, made.agents[0] ?? '');
  const answers: Record<string, object> = {
    agents: await datasync.send(new ListAgentsCommand({})),
    locations: await datasync.send(new ListLocationsCommand({})),
    tasks: await datasync.send(new ListTasksCommand({})),
    executions: await datasync.send(new ListTaskExecutionsCommand({})),
  };
  for (const AgentArn of made.agents) {
    answers[AgentArn] = await datasync.send(new DescribeAgentCommand({ AgentArn }));
  }
  for (const [type, LocationArn] of made.locations) {
    answers[type] = (await stories[type]?.read({ LocationArn })) ?? {};
  }
  for (const TaskArn of made.tasks) {
    answers[TaskArn] = await datasync.send(new DescribeTaskCommand({ TaskArn }));
  }
  for (const TaskExecutionArn of made.executions) {
    answers[TaskExecutionArn] = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
  }
  const tagged = [made.agents, made.locations.map(([, arn]) => arn), made.tasks, made.executions].flat();
  for (const ResourceArn of tagged) {
    answers[`tags of ${ResourceArn}`] = await datasync.send(new ListTagsForResourceCommand({ ResourceArn }));
  }
  const plain = Object.entries(answers).map(([name, answer]) => [name, { ...answer, $metadata: undefined }]);
  return Object.fromEntries(plain);
}

t.test('after a kill everything reads back as it was, and the next page is the next page', async (t) => {
  const flags = ['--data-dir', t.testdir()];
  const bucket = 'restart';
  const before = await startTarget(flags);
  t.teardown(() => before.kill());
  const made = await makeAll(before, bucket);
  const was = await readAll(before, made, bucket);
  const { NextToken } = await before.datasync.send(new ListLocationsCommand({ MaxResults: 3 }));
  await before.kill();

  const after = await startTarget(flags);
  t.teardown(() => after[Symbol.asyncDispose]());
  t.same(await readAll(after, made, bucket), was);
  const { Locations = [] } = await after.datasync.send(new ListLocationsCommand({ NextToken }));
  t.match(was['locations'], { Locations: { length: Locations.length + 3 } });

  const [, TaskArn = ''] = made.tasks;
  const { TaskExecutionArn = '' } = await runToEnd(after, TaskArn);
  t.notOk(made.executions.includes(TaskExecutionArn), 'an id is not given twice');
});
