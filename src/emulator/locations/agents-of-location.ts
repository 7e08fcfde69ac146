import type { CallContext } from '../action.ts';
import { invalidParameter } from '../errors.ts';
import { findAgent } from '../find.ts';
import type { AgentRecord } from '../records.ts';

/**
 * All must be there, and reach DataSync in the same way.
 * @throws ServiceError
 * @source AWS user guide, "Do I need an agent?": with VPC endpoints all share the endpoint and the subnet
 */
export function checkAgents(agentArns: readonly string[], context: CallContext): void {
  const [first, ...others] = agentArns.map((arn) => findAgent(arn, context));
  const stranger = first && others.find((agent) => endpointOf(agent) !== endpointOf(first));
  if (stranger) {
    throw invalidParameter(
      `Agents ${first.id} and ${stranger.id} use different endpoints. All agents of a location must have the same endpoint type, VPC endpoint and subnet.`,
    );
  }
}

function endpointOf({ endpointType, privateLink }: AgentRecord): string {
  return [endpointType, privateLink?.vpcEndpointId, ...(privateLink?.subnetArns ?? [])].join(' ');
}

/**
 * @throws ServiceError when an update names other agents than the location has
 * @source AWS API Reference, UpdateLocationObjectStorage: you cannot add or remove agents
 */
export function refuseOtherAgents(has: readonly string[], asked: readonly string[] | undefined): void {
  if (asked === undefined) return;
  if (asked.length !== has.length || asked.some((arn) => !has.includes(arn))) {
    throw invalidParameter(
      'The agents of this location cannot be changed. Make a new location with the other agents.',
    );
  }
}
