import { idOf } from '../arn.ts';
import { smbMount } from '../mounts.ts';
import { memoryPlace } from '../places.ts';
import { fsxUri } from './fsx.ts';
import { type About, type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { only } from './members.ts';
import { type SecretConfigs, secretConfigs, settleSecret, withoutSecretConfigs } from './secret-config.ts';

type Members = Created<'FsxWindows'>;

type FsxWindowsSettings = Readonly<
  Pick<Members, 'FsxFilesystemArn' | 'SecurityGroupArns' | 'User' | 'Domain'> & { Subdirectory: string }
> &
  SecretConfigs;

function create(input: Members, about: About): Draft<FsxWindowsSettings> {
  const { FsxFilesystemArn, SecurityGroupArns, User } = input;
  const settings = { FsxFilesystemArn, SecurityGroupArns, User, Subdirectory: '/' };
  return update({ settings, secrets: {}, agentArns: [] }, input, about);
}

function update(
  was: Draft<FsxWindowsSettings>,
  input: Omit<Updated<'FsxWindows'>, 'LocationArn'>,
  about: About,
): Draft<FsxWindowsSettings> {
  const secret = settleSecret({ member: 'Password', value: input.Password }, input, was, about);
  return {
    settings: {
      ...withoutSecretConfigs(was.settings),
      ...only(input, 'Subdirectory', 'User', 'Domain'),
      ...secret.configs,
    },
    secrets: secret.secrets,
    agentArns: [],
  };
}

/** An FSx for Windows File Server file system. */
export const fsxWindows = locationKind<'FsxWindows', FsxWindowsSettings>({
  type: 'FsxWindows',
  listType: () => 'FSX_WINDOWS',
  create,
  update,
  uri: ({ FsxFilesystemArn, Subdirectory }) => fsxUri('fsxw', FsxFilesystemArn, Subdirectory),
  describe: ({ settings }) => ({
    SecurityGroupArns: settings.SecurityGroupArns,
    User: settings.User,
    ...(settings.Domain ? { Domain: settings.Domain } : {}),
    ...secretConfigs(settings),
  }),
  target: ({ settings }, around) =>
    memoryPlace(idOf(settings.FsxFilesystemArn), settings.Subdirectory, around),
  mount: ({ settings, secrets }) => smbMount(settings, secrets),
});
