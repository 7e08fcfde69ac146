import { mountedPlace, nfsMount } from '../mounts.ts';
import { type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { only } from './members.ts';
import { folder } from './subdirectory.ts';

type Members = Created<'Nfs'>;

interface NfsSettings {
  readonly ServerHostname: string;
  readonly Subdirectory: string;
  readonly MountOptions: NonNullable<Members['MountOptions']>;
}

function update(was: Draft<NfsSettings>, input: Updated<'Nfs'>): Draft<NfsSettings> {
  const { MountOptions, OnPremConfig } = input;
  return {
    settings: {
      ...was.settings,
      ...only(input, 'ServerHostname', 'Subdirectory'),
      MountOptions: { ...was.settings.MountOptions, ...MountOptions },
    },
    secrets: {},
    agentArns: OnPremConfig?.AgentArns ?? was.agentArns,
  };
}

const mount = ({ settings }: Draft<NfsSettings>) => nfsMount(settings.MountOptions?.Version);

/** An NFS server. @source terraform-provider-aws, location_nfs.go: the version is AUTOMATIC when none was sent */
export const nfs = locationKind<'Nfs', NfsSettings>({
  type: 'Nfs',
  listType: () => 'NFS',
  create: ({ ServerHostname, Subdirectory, MountOptions, OnPremConfig }) => ({
    settings: { ServerHostname, Subdirectory, MountOptions: { Version: 'AUTOMATIC', ...MountOptions } },
    secrets: {},
    agentArns: OnPremConfig.AgentArns,
  }),
  update,
  uri: ({ ServerHostname, Subdirectory }) => `nfs://${ServerHostname}${folder(Subdirectory)}`,
  describe: ({ settings, agentArns }) => ({
    OnPremConfig: { AgentArns: [...agentArns] },
    MountOptions: settings.MountOptions,
  }),
  target: (draft, around) =>
    mountedPlace(draft.settings.ServerHostname, draft.settings.Subdirectory, mount(draft), around),
  mount,
});
