import t from 'tap';
import { actions } from '../../src/emulator/actions/index.ts';
import type { ExecutionRecord, TaskRecord } from '../../src/emulator/records.ts';
import { addTags, newTags, removeTags, tagList } from '../../src/emulator/tags.ts';
import { contextOf, refusal, scope, someLocation, testPlane } from './fixture.ts';

const many = (count: number, prefix = 'k') =>
  Array.from({ length: count }, (_, index) => ({ Key: `${prefix}${index}`, Value: 'v' }));

t.test('a key given twice, reserved keys and more than 50 are refused', async (t) => {
  const twice = await refusal(() =>
    newTags([
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ]),
  );
  t.match(twice.message, /more than once/);
  t.equal(twice.name, 'InvalidRequestException');
  for (const Key of ['aws:x', 'AWS:y', 'aws:cloudformation']) {
    t.match((await refusal(() => newTags([{ Key, Value: '1' }]))).message, /reserved/, Key);
  }
  t.match((await refusal(() => addTags(newTags(many(50)), many(1, 'x')))).message, /51/);
  t.equal(Object.keys(addTags(newTags(many(50)), many(50))).length, 50, 'overwriting is no more');
});

t.test("CloudFormation's tags are taken and not counted", async (t) => {
  const system = ['stack-name', 'stack-id', 'logical-id'].map((name) => ({
    Key: `aws:cloudformation:${name}`,
    Value: 'x',
  }));
  t.equal(tagList(newTags([...many(50), ...system])).length, 53);
});

t.test('keys keep their case and may have any name', async (t) => {
  const tags = newTags([
    { Key: 'Team', Value: '' },
    { Key: 'team', Value: undefined },
    { Key: '__proto__', Value: 'p' },
    { Key: 'constructor', Value: 'c' },
  ]);
  t.strictSame(tagList(tags), [
    { Key: 'Team', Value: '' },
    { Key: '__proto__', Value: 'p' },
    { Key: 'constructor', Value: 'c' },
    { Key: 'team', Value: '' },
  ]);
  t.strictSame(tagList(removeTags(tags, ['__proto__', 'absent'])).length, 3);
  t.strictSame(tagList(JSON.parse(JSON.stringify(tags))), tagList(tags), 'also through a store');
});

t.test('what is not there, or is nothing with tags, cannot be tagged', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  const base = 'arn:aws:datasync:us-east-1:123456789012';
  const id = `0${'a'.repeat(16)}`;
  const missing: [string, RegExp][] = [
    [`${base}:agent/agent-${id}`, /does not exist/],
    [`${base}:location/loc-${id}`, /^Location loc-0a{16} is not found\.$/],
    [`${base}:task/task-${id}`, /^Task task-0a{16} is not found\.$/],
    [`${base}:task/task-${id}/execution/exec-${id}`, /exec-0a{16} is not found/],
    [`${base}:system/storage-system-1`, /nothing that has tags/],
    ['arn:aws:datasync:us-east-1:000000000000:task/task-1', /\(000000000000\) must match/],
  ];
  for (const [ResourceArn, message] of missing) {
    t.match((await refusal(() => actions.ListTagsForResource({ ResourceArn }, context))).message, message);
    t.match((await refusal(() => actions.TagResource({ ResourceArn, Tags: [] }, context))).message, message);
    t.match(
      (await refusal(() => actions.UntagResource({ ResourceArn, Keys: ['a'] }, context))).message,
      message,
    );
  }
  const there = someLocation(plane);
  await refusal(() => actions.TagResource({ ResourceArn: there.arn, Tags: many(51) }, context));
  t.strictSame(plane.locations.get(there.arn)?.tags, {}, 'a refusal changes nothing');
});

t.test('each kind of resource is tagged, read page by page, and untagged', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  const { AgentArn = '' } = await actions.CreateAgent(
    { ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', Tags: [{ Key: 'born', Value: 'with' }] },
    context,
  );
  const location = someLocation(plane);
  const task = { ...location, arn: location.arn.replace('location/loc-', 'task/task-') };
  plane.tasks.put(task as unknown as TaskRecord);
  const executionArn = `${task.arn}/execution/exec-0${'b'.repeat(16)}`;
  plane.executions.put({ ...task, arn: executionArn } as unknown as ExecutionRecord);

  for (const ResourceArn of [AgentArn, location.arn, task.arn, executionArn]) {
    await actions.TagResource({ ResourceArn, Tags: many(12) }, context);
    await actions.TagResource({ ResourceArn, Tags: [{ Key: 'k3', Value: 'new' }] }, context);
    await actions.UntagResource({ ResourceArn, Keys: ['k0', 'born', 'never'] }, context);
    const read: string[] = [];
    let NextToken: string | undefined;
    do {
      const got = await actions.ListTagsForResource({ ResourceArn, MaxResults: 4, NextToken }, context);
      read.push(...(got.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`));
      NextToken = got.NextToken;
    } while (NextToken);
    t.equal(read.length, 11, ResourceArn);
    t.ok(read.includes('k3=new'));
  }
  t.strictSame(Object.keys(plane.tasks.get(task.arn)?.tags ?? {}).length, 11);
  const { NextToken } = await actions.ListTagsForResource({ ResourceArn: task.arn, MaxResults: 1 }, context);
  const other = () => actions.ListTagsForResource({ ResourceArn: AgentArn, NextToken }, context);
  t.match((await refusal(other)).message, /NextToken/, "another resource's token");
  t.match(
    (
      await refusal(() =>
        actions.ListTagsForResource({ ResourceArn: AgentArn }, contextOf(plane, { ...scope, region: 'x' })),
      )
    ).message,
    /does not exist/,
  );
});
