import type { Action } from '../action.ts';
import { newArn } from '../arn.ts';
import type { ControlPlane } from '../control-plane.ts';
import { invalidRequest } from '../errors.ts';
import type { AgentRecord } from '../records.ts';
import { newTags } from '../tags.ts';

/** What agents say of themselves. */
const PLATFORM_VERSION = 'datasync-local';

/** Any well-formed activation key will do, unless keys are set to be good for one agent only. */
export const createAgent: Action<'CreateAgent'> = (input, { plane, scope }) => {
  const { ActivationKey: activationKey = '', AgentName: name } = input;
  if (plane.settings.oneUseActivationKeys) refuseUsedKey(plane, activationKey);
  const at = plane.clock.now();
  const privateLink = privateLinkOf(input);
  const agent: AgentRecord = {
    ...newArn('agent', scope, plane.random),
    createdAt: at,
    tags: newTags(input.Tags),
    ...(name ? { name } : {}),
    status: 'ONLINE',
    activationKey,
    endpointType: input.VpcEndpointId ? 'PRIVATE_LINK' : 'PUBLIC',
    ...(privateLink ? { privateLink } : {}),
    lastConnectionAt: at,
    platformVersion: PLATFORM_VERSION,
  };
  plane.agents.put(agent);
  plane.notify({ resource: 'agent', arn: agent.arn, state: agent.status, at });
  return { AgentArn: agent.arn };
};

function privateLinkOf(input: Parameters<typeof createAgent>[0]): AgentRecord['privateLink'] {
  const { VpcEndpointId, SubnetArns, SecurityGroupArns } = input;
  if (!VpcEndpointId && !SubnetArns && !SecurityGroupArns) return undefined;
  return {
    ...(VpcEndpointId ? { vpcEndpointId: VpcEndpointId } : {}),
    subnetArns: SubnetArns ?? [],
    securityGroupArns: SecurityGroupArns ?? [],
  };
}

/** @source guess: the service's text for a used key is not known */
function refuseUsedKey(plane: ControlPlane, activationKey: string): void {
  if (plane.agents.all().some((agent) => agent.activationKey === activationKey)) {
    throw invalidRequest(
      'The activation key was used before. A key activates one agent: get a new one from the agent.',
    );
  }
}
