// What Terraform's AWS provider does with a location: create, read, change, tags, delete, gone. The table has what
// the provider reads back, and finds the host and path in the URI with the provider's own expressions.

import {
  CreateAgentCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  DeleteAgentCommand,
  DeleteLocationCommand,
  DescribeAgentCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAgentCommand,
} from '@aws-sdk/client-datasync';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import t from 'tap';
import { locationStories, TAGS } from '../location-stories.ts';
import { refused } from '../story.ts';
import { startTarget } from '../target.ts';

const target = await startTarget();
t.teardown(() => target[Symbol.asyncDispose]());
const { datasync, account } = target;
await target.s3.send(new CreateBucketCommand({ Bucket: 'tf-acc-test' }));

const KEY = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';
const newAgent = async (AgentName: string) =>
  (await datasync.send(new CreateAgentCommand({ ActivationKey: KEY, AgentName }))).AgentArn ?? '';
const agent = await newAgent('tf-acc-test');
const role = `arn:aws:iam::${account}:role/tf-acc-test`;
const stories = locationStories(target, 'tf-acc-test', agent);

/** @source terraform-provider-aws, uri.go */
function foundIn(uri: string): { id: string; path: string } | undefined {
  const rest = /^(?:azure-blob|efs|fsx[0-9a-z-]+|hdfs|nfs|s3|smb):\/\/(.+)$/.exec(uri)?.[1] ?? '';
  const [, id, path] = /^([0-9A-Za-z.-]+)(?::\d{0,5})?(\/.*)$/.exec(rest) ?? [];
  return id === undefined || path === undefined ? undefined : { id, path };
}

const tagsOf = async (ResourceArn: string) =>
  (await datasync.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;

for (const [name, story] of Object.entries(stories)) {
  t.test(`a location: ${name}`, async (t) => {
    const { LocationArn = '' } = await story.create();
    const named = { LocationArn };
    const read = await story.read(named);
    t.match(read, { ...story.reads, LocationArn, CreationTime: Date });
    t.same(
      Object.keys(read).sort(),
      [...Object.keys(story.reads), '$metadata', 'CreationTime', 'LocationArn'].sort(),
      'nothing else is read back',
    );
    if (story.found) t.same(foundIn('LocationUri' in read ? String(read.LocationUri) : ''), story.found);

    t.same(await tagsOf(LocationArn), TAGS);
    await datasync.send(
      new TagResourceCommand({ ResourceArn: LocationArn, Tags: [{ Key: 'key2', Value: 'value2' }] }),
    );
    await datasync.send(new UntagResourceCommand({ ResourceArn: LocationArn, Keys: ['key1'] }));
    t.same(await tagsOf(LocationArn), [{ Key: 'key2', Value: 'value2' }]);

    await story.change(named);
    t.match(await story.read(named), { ...story.reads, ...story.changes });
    t.same(await tagsOf(LocationArn), [{ Key: 'key2', Value: 'value2' }], 'a change leaves the tags');

    await datasync.send(new DeleteLocationCommand(named));
    await refused(t, story.read(named), /not found/);
    await refused(t, datasync.send(new DeleteLocationCommand(named)), /not found/);
    await refused(t, tagsOf(LocationArn), /not found/);
  });
}

t.test('a bucket that is not there: told so that the provider tries again', async (t) => {
  const input = { S3BucketArn: 'arn:aws:s3:::tf-acc-late', S3Config: { BucketAccessRoleArn: role } };
  await refused(t, datasync.send(new CreateLocationS3Command(input)), /access test failed/);
  await target.s3.send(new CreateBucketCommand({ Bucket: 'tf-acc-late' }));
  t.match(await datasync.send(new CreateLocationS3Command(input)), { LocationArn: /location\/loc-/ });
});

t.test('an agent', async (t) => {
  const AgentArn = await newAgent('one');
  const read = await datasync.send(new DescribeAgentCommand({ AgentArn }));
  t.match(read, { Name: 'one', Status: 'ONLINE', EndpointType: 'PUBLIC' });
  t.notOk('PrivateLinkConfig' in read);
  await datasync.send(new UpdateAgentCommand({ AgentArn, Name: 'two' }));
  t.equal((await datasync.send(new DescribeAgentCommand({ AgentArn }))).Name, 'two');

  const { LocationArn } = await datasync.send(
    new CreateLocationNfsCommand({
      ServerHostname: 'example.com',
      Subdirectory: '/',
      OnPremConfig: { AgentArns: [AgentArn] },
    }),
  );
  const remove = () => datasync.send(new DeleteAgentCommand({ AgentArn }));
  await refused(t, remove(), /in-use by these location\(s\)/);
  await datasync.send(new DeleteLocationCommand({ LocationArn }));
  await remove();
  await refused(t, datasync.send(new DescribeAgentCommand({ AgentArn })), /does not exist/);
  await refused(t, remove(), /does not exist/);
});
