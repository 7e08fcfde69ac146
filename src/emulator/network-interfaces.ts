import type { Random } from '../base/random.ts';
import type { ControlPlane, Scope } from './control-plane.ts';
import type { LocationPair } from './location-family.ts';
import type { LocationRecord, LocationType, TaskRecord } from './records.ts';

/** AWS services into whose subnets DataSync puts network interfaces. */
const IN_SUBNET: readonly LocationType[] = ['Efs', 'FsxLustre', 'FsxOntap', 'FsxOpenZfs', 'FsxWindows'];

/**
 * The network interfaces of a new task, which have names here and nothing more.
 * @source AWS user guide (2022), "Network interfaces": two for each EFS or FSx location without an agent,
 *   four for the AWS location with one, none for S3 over a public endpoint
 */
export function networkInterfaces(
  plane: Pick<ControlPlane, 'agents' | 'random'>,
  pair: LocationPair,
  scope: Scope,
): Pick<TaskRecord, 'sourceNetworkInterfaceArns' | 'destinationNetworkInterfaceArns'> {
  const agents = [...pair.source.agentArns, ...pair.destination.agentArns];
  const isPrivate = agents.some((arn) => plane.agents.get(arn)?.endpointType.includes('PRIVATE_LINK'));
  const of = (location: LocationRecord) =>
    arns(countOf(location, agents.length > 0, isPrivate), scope, plane.random);
  return {
    sourceNetworkInterfaceArns: of(pair.source),
    destinationNetworkInterfaceArns: of(pair.destination),
  };
}

function countOf({ type }: LocationRecord, hasAgent: boolean, isPrivate: boolean): number {
  if (IN_SUBNET.includes(type)) return hasAgent ? 4 : 2;
  return type === 'S3' && isPrivate ? 4 : 0;
}

function arns(count: number, { partition, region, account }: Scope, random: Random): readonly string[] {
  return Array.from(
    { length: count },
    () => `arn:${partition}:ec2:${region}:${account}:network-interface/eni-0${random.hex(16)}`,
  );
}
