import t from 'tap';
import { actions } from '../../src/emulator/actions/index.ts';
import { contextOf, refusal, scope, someLocation, testPlane, testSettings } from './fixture.ts';

const KEY = 'F0EFT-7FPPR-GG7MC-3I9R3-27DOH';
const MISSING = `arn:aws:datasync:us-east-1:123456789012:agent/agent-0${'f'.repeat(16)}`;

t.test('an agent that is not there does not exist, for whom it does not belong to either', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  const { AgentArn } = await actions.CreateAgent(
    { ActivationKey: KEY },
    contextOf(plane, { ...scope, region: 'eu-west-1' }),
  );
  for (const arn of [MISSING, AgentArn]) {
    for (const operation of ['DescribeAgent', 'UpdateAgent', 'DeleteAgent'] as const) {
      const error = await refusal(() => actions[operation]({ AgentArn: arn }, context));
      t.equal(error.name, 'InvalidRequestException', operation);
      t.match(error.message, /^Agent agent-0[0-9a-f]{16} does not exist\.$/);
    }
  }
  const foreign = await refusal(() =>
    actions.DescribeAgent({ AgentArn: MISSING.replace('123456789012', '210987654321') }, context),
  );
  t.equal(foreign.message, 'Invalid parameter: ARN account (210987654321) must match authenticated user.');
  t.equal(foreign.errorCode, 'InvalidParameter');
  const empty = await refusal(() => actions.DescribeAgent({ AgentArn: 'arn:aws:s3:::bucket' }, context));
  t.equal(empty.message, 'Invalid parameter: ARN account () must match authenticated user.');
});

t.test('an agent that a location names is not deleted', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  const { AgentArn = '' } = await actions.CreateAgent({ ActivationKey: KEY }, context);
  const location = { ...someLocation(plane), agentArns: [AgentArn] };
  plane.locations.put(location);
  const error = await refusal(() => actions.DeleteAgent({ AgentArn }, context));
  t.match(error.message, `in-use by these location(s): ${location.id}`);
  t.ok(plane.agents.get(AgentArn));
  plane.locations.delete(location.arn);
  t.strictSame(await actions.DeleteAgent({ AgentArn }, context), {});
  t.equal(plane.agents.get(AgentArn), undefined);
  t.match((await refusal(() => actions.DeleteAgent({ AgentArn }, context))).message, /does not exist/);
});

t.test('a key can be made good for one agent only', async (t) => {
  const once = testPlane({ settings: { ...testSettings, oneUseActivationKeys: true } });
  await actions.CreateAgent({ ActivationKey: KEY }, contextOf(once));
  const error = await refusal(() => actions.CreateAgent({ ActivationKey: KEY }, contextOf(once)));
  t.match(error.message, /activation key was used before/);
  t.notMatch(error.message, KEY);
  t.equal(once.agents.all().length, 1);
  const lenient = testPlane();
  await actions.CreateAgent({ ActivationKey: KEY }, contextOf(lenient));
  await actions.CreateAgent({ ActivationKey: KEY }, contextOf(lenient));
  t.equal(lenient.agents.all().length, 2);
});

t.test('bad tags make no agent', async (t) => {
  const plane = testPlane();
  const Tags = [{ Key: 'aws:x', Value: '1' }];
  await refusal(() => actions.CreateAgent({ ActivationKey: KEY, Tags }, contextOf(plane)));
  t.strictSame(plane.agents.all(), []);
  t.strictSame(plane.changes, []);
});

t.test('a public agent is described without what it does not have', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  const { AgentArn = '' } = await actions.CreateAgent({ ActivationKey: KEY }, context);
  t.match(AgentArn, /^arn:aws:datasync:us-east-1:123456789012:agent\/agent-0[0-9a-f]{16}$/);
  const at = new Date(plane.clock.now());
  t.strictSame(await actions.DescribeAgent({ AgentArn }, context), {
    AgentArn,
    Status: 'ONLINE',
    LastConnectionTime: at,
    CreationTime: at,
    EndpointType: 'PUBLIC',
    Platform: { Version: 'datasync-local' },
  });
  t.strictSame(plane.changes, [{ resource: 'agent', arn: AgentArn, state: 'ONLINE', at: +at }]);
});

t.test('an agent behind a VPC endpoint says so; its name can be changed and taken away', async (t) => {
  const context = contextOf(testPlane());
  const VpcEndpointId = `vpce-${'0'.repeat(17)}`;
  const SubnetArns = ['arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1'];
  const SecurityGroupArns = ['arn:aws:ec2:us-east-1:123456789012:security-group/sg-1'];
  const input = { ActivationKey: KEY, AgentName: 'one', VpcEndpointId, SubnetArns, SecurityGroupArns };
  const { AgentArn } = await actions.CreateAgent(input, context);
  t.match(await actions.DescribeAgent({ AgentArn }, context), {
    Name: 'one',
    EndpointType: 'PRIVATE_LINK',
    PrivateLinkConfig: { VpcEndpointId, SubnetArns, SecurityGroupArns },
  });
  await actions.UpdateAgent({ AgentArn, Name: 'two' }, context);
  await actions.UpdateAgent({ AgentArn }, context);
  t.match(await actions.DescribeAgent({ AgentArn }, context), { Name: 'two' });
  await actions.UpdateAgent({ AgentArn, Name: '' }, context);
  t.notOk('Name' in (await actions.DescribeAgent({ AgentArn }, context)));
});

t.test('agents are listed by ARN, page by page, also while they come and go', async (t) => {
  const plane = testPlane();
  const context = contextOf(plane);
  for (let i = 0; i < 7; i += 1) {
    await actions.CreateAgent({ ActivationKey: KEY, AgentName: `a${i}` }, context);
  }
  const sorted = plane.agents
    .all()
    .map(({ arn }) => arn)
    .sort();
  const first = await actions.ListAgents({ MaxResults: 3 }, context);
  t.strictSame(
    first.Agents?.map(({ AgentArn }) => AgentArn),
    sorted.slice(0, 3),
  );
  t.match(first.Agents?.[0], { Name: /^a/, Status: 'ONLINE', Platform: { Version: /./ } });
  await actions.DeleteAgent({ AgentArn: sorted[2] }, context);
  await actions.DeleteAgent({ AgentArn: sorted[3] }, context);
  const second = await actions.ListAgents({ NextToken: first.NextToken }, context);
  t.strictSame(
    second.Agents?.map(({ AgentArn }) => AgentArn),
    sorted.slice(4),
  );
  t.notOk('NextToken' in second);
  t.strictSame(await actions.ListAgents({}, contextOf(plane, { ...scope, region: 'eu-west-1' })), {
    Agents: [],
  });
});
