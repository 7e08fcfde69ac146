import { idOf, scopeOf } from '../arn.ts';
import { invalidParameter } from '../errors.ts';
import { nfsMount } from '../mounts.ts';
import { memoryPlace } from '../places.ts';
import { type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { only } from './members.ts';
import { asSent } from './subdirectory.ts';

type Members = Created<'Efs'>;

type EfsSettings = Readonly<
  Pick<Members, 'EfsFilesystemArn' | 'Ec2Config' | 'AccessPointArn' | 'FileSystemAccessRoleArn'> &
    Pick<Members, 'InTransitEncryption'> & { Subdirectory: string }
>;

function create(input: Members): Draft<EfsSettings> {
  const settings: EfsSettings = {
    Subdirectory: '/',
    EfsFilesystemArn: input.EfsFilesystemArn,
    Ec2Config: input.Ec2Config,
    ...only(input, 'Subdirectory', 'AccessPointArn', 'FileSystemAccessRoleArn', 'InTransitEncryption'),
  };
  return checked({ settings, secrets: {}, agentArns: [] });
}

/** An empty string takes the access point or the role away. @source the model: the patterns of an update admit it */
function update(was: Draft<EfsSettings>, input: Updated<'Efs'>): Draft<EfsSettings> {
  const settings: EfsSettings = {
    ...was.settings,
    ...only(input, 'Subdirectory', 'AccessPointArn', 'FileSystemAccessRoleArn', 'InTransitEncryption'),
  };
  return checked({ ...was, settings });
}

/** @source AWS API Reference, CreateLocationEfs */
function checked(draft: Draft<EfsSettings>): Draft<EfsSettings> {
  const { AccessPointArn, FileSystemAccessRoleArn, InTransitEncryption } = draft.settings;
  const needy = AccessPointArn
    ? 'AccessPointArn'
    : FileSystemAccessRoleArn
      ? 'FileSystemAccessRoleArn'
      : undefined;
  if (needy && InTransitEncryption !== 'TLS1_2') {
    throw invalidParameter(`${needy} needs InTransitEncryption TLS1_2. Set it, or leave ${needy} out.`);
  }
  return draft;
}

/** An EFS file system. What was not set is not answered. @source AWS API Reference, DescribeLocationEfs, sample */
export const efs = locationKind<'Efs', EfsSettings>({
  type: 'Efs',
  listType: () => 'EFS',
  create,
  update,
  uri: ({ EfsFilesystemArn, Subdirectory }) =>
    `efs://${scopeOf(EfsFilesystemArn).region}.${idOf(EfsFilesystemArn)}${asSent(Subdirectory)}`,
  describe: ({ settings }) => ({
    Ec2Config: settings.Ec2Config,
    ...(settings.AccessPointArn ? { AccessPointArn: settings.AccessPointArn } : {}),
    ...(settings.FileSystemAccessRoleArn
      ? { FileSystemAccessRoleArn: settings.FileSystemAccessRoleArn }
      : {}),
    ...only(settings, 'InTransitEncryption'),
  }),
  target: ({ settings }, around) =>
    memoryPlace(idOf(settings.EfsFilesystemArn), settings.Subdirectory, around),
  mount: () => nfsMount(),
});
