import { idOf } from '../arn.ts';
import { nfsMount } from '../mounts.ts';
import { memoryPlace } from '../places.ts';
import { fsxUri } from './fsx.ts';
import { type Created, locationKind } from './location-kind.ts';
import { only } from './members.ts';

type FsxLustreSettings = Readonly<
  Pick<Created<'FsxLustre'>, 'FsxFilesystemArn' | 'SecurityGroupArns'> & { Subdirectory: string }
>;

/** An FSx for Lustre file system. */
export const fsxLustre = locationKind<'FsxLustre', FsxLustreSettings>({
  type: 'FsxLustre',
  listType: () => 'FSX_LUSTRE',
  create: ({ FsxFilesystemArn, SecurityGroupArns, Subdirectory = '/' }) => ({
    settings: { FsxFilesystemArn, SecurityGroupArns, Subdirectory },
    secrets: {},
    agentArns: [],
  }),
  update: (was, input) => ({ ...was, settings: { ...was.settings, ...only(input, 'Subdirectory') } }),
  uri: ({ FsxFilesystemArn, Subdirectory }) => fsxUri('fsxl', FsxFilesystemArn, Subdirectory),
  describe: ({ settings }) => ({ SecurityGroupArns: settings.SecurityGroupArns }),
  target: ({ settings }, around) =>
    memoryPlace(idOf(settings.FsxFilesystemArn), settings.Subdirectory, around),
  mount: () => nfsMount(),
});
