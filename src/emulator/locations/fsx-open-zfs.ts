import { idOf } from '../arn.ts';
import { invalidParameter } from '../errors.ts';
import { nfsMount } from '../mounts.ts';
import { memoryPlace } from '../places.ts';
import { fsxUri } from './fsx.ts';
import { type Created, type Draft, locationKind } from './location-kind.ts';
import { only } from './members.ts';

type Members = Created<'FsxOpenZfs'>;
type Protocol = Members['Protocol'];

type FsxOpenZfsSettings = Readonly<
  Pick<Members, 'FsxFilesystemArn' | 'SecurityGroupArns' | 'Protocol'> & { Subdirectory: string }
>;

/** @source AWS API Reference, CreateLocationFsxOpenZfs: NFS only, and the path begins with /fsx */
function checked(draft: Draft<FsxOpenZfsSettings>): Draft<FsxOpenZfsSettings> {
  const { Protocol, Subdirectory } = draft.settings;
  if (Protocol.SMB || !Protocol.NFS) {
    throw invalidParameter('Protocol must be NFS for an FSx for OpenZFS location; SMB is not supported.');
  }
  if (Subdirectory !== '/fsx' && !Subdirectory.startsWith('/fsx/')) {
    throw invalidParameter(
      `Subdirectory must begin with /fsx, and ${JSON.stringify(Subdirectory)} does not.`,
    );
  }
  return draft;
}

/** The version of NFS is chosen by DataSync unless it was sent. */
function completed(protocol: Protocol): Protocol {
  if (!protocol.NFS) return protocol;
  return { ...protocol, NFS: { MountOptions: { Version: 'AUTOMATIC', ...protocol.NFS.MountOptions } } };
}

/** An FSx for OpenZFS file system. */
export const fsxOpenZfs = locationKind<'FsxOpenZfs', FsxOpenZfsSettings>({
  type: 'FsxOpenZfs',
  listType: () => 'FSX_OPENZFS_NFS',
  create: ({ FsxFilesystemArn, SecurityGroupArns, Protocol, Subdirectory = '/fsx' }) =>
    checked({
      settings: { FsxFilesystemArn, SecurityGroupArns, Protocol: completed(Protocol), Subdirectory },
      secrets: {},
      agentArns: [],
    }),
  update: (was, input) =>
    checked({
      ...was,
      settings: {
        ...was.settings,
        ...only(input, 'Subdirectory'),
        ...(input.Protocol ? { Protocol: completed(input.Protocol) } : {}),
      },
    }),
  uri: ({ FsxFilesystemArn, Subdirectory }) => fsxUri('fsxz', FsxFilesystemArn, Subdirectory),
  describe: ({ settings }) => ({
    SecurityGroupArns: settings.SecurityGroupArns,
    Protocol: settings.Protocol,
  }),
  target: ({ settings }, around) =>
    memoryPlace(idOf(settings.FsxFilesystemArn), settings.Subdirectory, around),
  mount: ({ settings }) => nfsMount(settings.Protocol.NFS?.MountOptions?.Version),
});
