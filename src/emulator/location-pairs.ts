import { isOutposts, type LocationPair } from './location-family.ts';
import type { LocationRecord, LocationType, TaskRecord } from './records.ts';

type Mode = TaskRecord['mode'];

/** Storages that are AWS services; Basic mode needs one at one end at least. */
const AWS: readonly LocationType[] = ['S3', 'Efs', 'FsxLustre', 'FsxOntap', 'FsxOpenZfs', 'FsxWindows'];

const EVERY: readonly LocationType[] = [...AWS, 'Nfs', 'Smb', 'Hdfs', 'ObjectStorage', 'AzureBlob'];

/** Each row: any of the first with any of the second, in both directions. */
type PairRow = readonly [readonly LocationType[], readonly LocationType[]];

/**
 * What goes with what.
 * @source AWS user guide, "Where can I transfer my data with DataSync?" and "Choosing a task mode"
 */
const PAIRS: { readonly [mode in Mode]: readonly PairRow[] } = {
  BASIC: [[AWS, EVERY]],
  ENHANCED: [[['S3'], ['S3', 'AzureBlob', 'ObjectStorage', 'Nfs', 'Smb']]],
};

const NAMES: { readonly [type in LocationType]: string } = {
  AzureBlob: 'Azure Blob Storage',
  Efs: 'Amazon EFS',
  FsxLustre: 'FSx for Lustre',
  FsxOntap: 'FSx for ONTAP',
  FsxOpenZfs: 'FSx for OpenZFS',
  FsxWindows: 'FSx for Windows File Server',
  Hdfs: 'HDFS',
  Nfs: 'NFS',
  ObjectStorage: 'object storage',
  S3: 'Amazon S3',
  Smb: 'SMB',
};

const AGENTLESS_NEEDS_ENHANCED: readonly LocationType[] = ['AzureBlob', 'ObjectStorage'];

/** Why DataSync has no such transfer, in a sentence for the client; undefined when it has. */
export function pairProblem(mode: Mode, pair: LocationPair): string | undefined {
  const { source, destination } = pair;
  if (!PAIRS[mode].some((row) => matches(row, source.type, destination.type))) {
    return `A transfer from ${NAMES[source.type]} to ${NAMES[destination.type]} is not supported in ${modeName(mode)} mode. ${advice(mode)}`;
  }
  return endProblem(mode, source) ?? endProblem(mode, destination);
}

function matches([one, other]: PairRow, source: LocationType, destination: LocationType): boolean {
  return (
    (one.includes(source) && other.includes(destination)) ||
    (other.includes(source) && one.includes(destination))
  );
}

/**
 * Locations without an agent need Enhanced mode; Outposts needs Basic mode.
 * @source AWS API Reference, CreateLocationAzureBlob and CreateLocationObjectStorage, AgentArns;
 *   guess for Outposts: the table of Enhanced mode does not name it
 */
function endProblem(mode: Mode, location: LocationRecord): string | undefined {
  if (mode === 'ENHANCED' && isOutposts(location)) {
    return `Location ${location.id} is Amazon S3 on Outposts, which is not supported in Enhanced mode. Use TaskMode BASIC.`;
  }
  const agentless = location.agentArns.length === 0 && AGENTLESS_NEEDS_ENHANCED.includes(location.type);
  if (mode === 'BASIC' && agentless) {
    return `Location ${location.id} has no agent, which is supported in Enhanced mode only. Use TaskMode ENHANCED, or create the location with AgentArns.`;
  }
  return undefined;
}

const modeName = (mode: Mode) => (mode === 'BASIC' ? 'Basic' : 'Enhanced');

const advice = (mode: Mode) =>
  mode === 'BASIC'
    ? 'One end must be Amazon S3, Amazon EFS or Amazon FSx.'
    : 'Use TaskMode BASIC, or Amazon S3 with Amazon S3, Azure Blob Storage, object storage, NFS or SMB.';
