import type { Action } from '../action.ts';
import { statusOf } from '../agent-status.ts';
import { findAgent } from '../find.ts';
import type { AgentRecord } from '../records.ts';

export const describeAgent: Action<'DescribeAgent'> = ({ AgentArn = '' }, context) => {
  const agent = findAgent(AgentArn, context);
  return {
    AgentArn: agent.arn,
    ...(agent.name === undefined ? {} : { Name: agent.name }),
    Status: statusOf(context.plane, agent),
    LastConnectionTime: new Date(agent.lastConnectionAt),
    CreationTime: new Date(agent.createdAt),
    EndpointType: agent.endpointType,
    ...privateLinkConfig(agent),
    Platform: { Version: agent.platformVersion },
  };
};

/** Public agents have none. @source terraform-provider-aws, agent.go */
function privateLinkConfig({ privateLink }: AgentRecord) {
  if (!privateLink) return {};
  const { vpcEndpointId, endpoint, subnetArns, securityGroupArns } = privateLink;
  return {
    PrivateLinkConfig: {
      ...(vpcEndpointId ? { VpcEndpointId: vpcEndpointId } : {}),
      ...(endpoint ? { PrivateLinkEndpoint: endpoint } : {}),
      SubnetArns: [...subnetArns],
      SecurityGroupArns: [...securityGroupArns],
    },
  };
}
