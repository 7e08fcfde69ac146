import { isIP } from 'node:net';
import { invalidParameter } from '../errors.ts';
import { mountedPlace, smbMount } from '../mounts.ts';
import { type About, type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { base64, only } from './members.ts';
import { type SecretConfigs, secretConfigs, settleSecret, withoutSecretConfigs } from './secret-config.ts';
import { folder } from './subdirectory.ts';

type Members = Created<'Smb'>;
type Authentication = NonNullable<Members['AuthenticationType']>;

interface SmbSettings extends SecretConfigs {
  readonly ServerHostname: string;
  readonly Subdirectory: string;
  readonly AuthenticationType: Authentication;
  readonly MountOptions: NonNullable<Members['MountOptions']>;
  readonly User?: string;
  readonly Domain?: string;
  readonly DnsIpAddresses?: string[];
  readonly KerberosPrincipal?: string;
}

/** Members that only one way of authentication has. @source AWS API Reference, CreateLocationSmb */
const MEMBERS_OF = {
  NTLM: ['User', 'Domain', 'Password'],
  KERBEROS: ['DnsIpAddresses', 'KerberosPrincipal', 'KerberosKeytab', 'KerberosKrb5Conf'],
} as const;

function create(input: Members, about: About): Draft<SmbSettings> {
  const blank: Draft<SmbSettings> = {
    settings: {
      ServerHostname: input.ServerHostname,
      Subdirectory: input.Subdirectory,
      AuthenticationType: 'NTLM',
      MountOptions: { Version: 'AUTOMATIC' },
    },
    secrets: {},
    agentArns: input.AgentArns,
  };
  return update(blank, input, about);
}

function update(before: Draft<SmbSettings>, input: Omit<Updated<'Smb'>, 'LocationArn'>, about: About) {
  const way = input.AuthenticationType ?? before.settings.AuthenticationType;
  refuseMembersOfTheOtherWay(way, input);
  const was = way === before.settings.AuthenticationType ? before : withoutCredentials(before);
  const secret = settleSecret(credentialOf(way, input), input, was, about);
  const krb5Conf = input.KerberosKrb5Conf ? base64(input.KerberosKrb5Conf) : was.secrets['KerberosKrb5Conf'];
  const draft: Draft<SmbSettings> = {
    settings: {
      ...withoutSecretConfigs(was.settings),
      ...only(
        input,
        'ServerHostname',
        'Subdirectory',
        'User',
        'Domain',
        'DnsIpAddresses',
        'KerberosPrincipal',
      ),
      AuthenticationType: way,
      MountOptions: { ...was.settings.MountOptions, ...input.MountOptions },
      ...secret.configs,
    },
    secrets: {
      ...secret.secrets,
      ...(krb5Conf ? { KerberosKrb5Conf: krb5Conf } : {}),
    },
    agentArns: input.AgentArns ?? was.agentArns,
  };
  if (way === 'KERBEROS') checkKerberos(draft);
  return draft;
}

function credentialOf(
  way: Authentication,
  { Password, KerberosKeytab }: Pick<Updated<'Smb'>, 'Password' | 'KerberosKeytab'>,
) {
  return way === 'NTLM'
    ? { member: 'Password', value: Password }
    : { member: 'KerberosKeytab', value: KerberosKeytab && base64(KerberosKeytab) };
}

function refuseMembersOfTheOtherWay(way: Authentication, input: object): void {
  const other = way === 'NTLM' ? 'KERBEROS' : 'NTLM';
  const foreign = MEMBERS_OF[other].filter((member) => member in input);
  if (foreign.length > 0) {
    throw invalidParameter(
      `${foreign.join(', ')} can be used only with AuthenticationType ${other}, and it is ${way}.`,
    );
  }
}

/** Another way of authentication begins without what belonged to the one before. */
function withoutCredentials({ settings, agentArns }: Draft<SmbSettings>): Draft<SmbSettings> {
  const { User, Domain, DnsIpAddresses, KerberosPrincipal, ...rest } = settings;
  return { settings: withoutSecretConfigs(rest), secrets: {}, agentArns };
}

/** @source AWS user guide, "Configuring DataSync transfers with an SMB file server", Kerberos */
function checkKerberos({ settings, secrets }: Draft<SmbSettings>): void {
  const missing = [
    settings.KerberosPrincipal ? [] : ['KerberosPrincipal'],
    secrets['KerberosKeytab'] || settings.CustomSecretConfig ? [] : ['KerberosKeytab'],
    secrets['KerberosKrb5Conf'] ? [] : ['KerberosKrb5Conf'],
  ].flat();
  if (missing.length > 0) {
    throw invalidParameter(`AuthenticationType KERBEROS needs ${missing.join(', ')}.`);
  }
  if (isIP(settings.ServerHostname)) {
    throw invalidParameter(
      `AuthenticationType KERBEROS needs a domain name as ServerHostname, and ${settings.ServerHostname} is an IP address.`,
    );
  }
}

const mount = ({ settings, secrets }: Draft<SmbSettings>) => smbMount(settings, secrets);

/** An SMB server. @source terraform-provider-aws, location_smb.go: the version is AUTOMATIC when none was sent */
export const smb = locationKind<'Smb', SmbSettings>({
  type: 'Smb',
  listType: () => 'SMB',
  create,
  update,
  uri: ({ ServerHostname, Subdirectory }) => `smb://${ServerHostname}${folder(Subdirectory)}`,
  describe: ({ settings, agentArns }) => ({
    AgentArns: [...agentArns],
    ...only(settings, 'User', 'Domain', 'DnsIpAddresses', 'KerberosPrincipal'),
    AuthenticationType: settings.AuthenticationType,
    MountOptions: settings.MountOptions,
    ...secretConfigs(settings),
  }),
  target: (draft, around) =>
    mountedPlace(draft.settings.ServerHostname, draft.settings.Subdirectory, mount(draft), around),
  mount,
});
