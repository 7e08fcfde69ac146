import { invalidParameter } from '../errors.ts';
import { serverPlace } from '../places.ts';
import { type About, type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { base64, only } from './members.ts';
import { type SecretConfigs, secretConfigs, settleSecret, withoutSecretConfigs } from './secret-config.ts';
import { asSent } from './subdirectory.ts';

type Members = Created<'Hdfs'>;
type Qop = NonNullable<Members['QopConfiguration']>;

interface HdfsSettings extends SecretConfigs {
  readonly NameNodes: Members['NameNodes'];
  readonly Subdirectory: string;
  /** Bytes. */
  readonly BlockSize: number;
  readonly ReplicationFactor: number;
  readonly QopConfiguration: Qop;
  readonly AuthenticationType: Members['AuthenticationType'];
  readonly KmsKeyProviderUri?: string;
  readonly SimpleUser?: string;
  readonly KerberosPrincipal?: string;
}

function create(input: Members, about: About): Draft<HdfsSettings> {
  // @source AWS API Reference, CreateLocationHdfs: the defaults
  const blank: Draft<HdfsSettings> = {
    settings: {
      NameNodes: input.NameNodes,
      Subdirectory: '/',
      BlockSize: 134_217_728,
      ReplicationFactor: 3,
      QopConfiguration: { RpcProtection: 'PRIVACY', DataTransferProtection: 'PRIVACY' },
      AuthenticationType: input.AuthenticationType,
    },
    secrets: {},
    agentArns: input.AgentArns,
  };
  return update(blank, input, about);
}

function update(before: Draft<HdfsSettings>, input: Omit<Updated<'Hdfs'>, 'LocationArn'>, about: About) {
  const way = input.AuthenticationType ?? before.settings.AuthenticationType;
  const was = way === before.settings.AuthenticationType ? before : withoutCredentials(before);
  const keytab = input.KerberosKeytab && base64(input.KerberosKeytab);
  const secret = settleSecret({ member: 'KerberosKeytab', value: keytab }, input, was, about);
  const krb5Conf = input.KerberosKrb5Conf ? base64(input.KerberosKrb5Conf) : was.secrets['KerberosKrb5Conf'];
  const plain = [
    'NameNodes',
    'Subdirectory',
    'BlockSize',
    'ReplicationFactor',
    'AuthenticationType',
  ] as const;
  const draft: Draft<HdfsSettings> = {
    settings: {
      ...withoutSecretConfigs(was.settings),
      ...only(input, ...plain, 'KmsKeyProviderUri', 'SimpleUser', 'KerberosPrincipal'),
      QopConfiguration: completed(input.QopConfiguration) ?? was.settings.QopConfiguration,
      ...secret.configs,
    },
    secrets: {
      ...secret.secrets,
      ...(krb5Conf ? { KerberosKrb5Conf: krb5Conf } : {}),
    },
    agentArns: input.AgentArns ?? was.agentArns,
  };
  check(draft);
  return draft;
}

/** Another way of authentication begins without what belonged to the one before. */
function withoutCredentials({ settings, agentArns }: Draft<HdfsSettings>): Draft<HdfsSettings> {
  const { SimpleUser, KerberosPrincipal, ...rest } = settings;
  return { settings: withoutSecretConfigs(rest), secrets: {}, agentArns };
}

/** Where only one of the two is set, the other takes its value. @source AWS API Reference, QopConfiguration */
function completed(qop: Qop | undefined): Qop | undefined {
  const either = qop?.RpcProtection ?? qop?.DataTransferProtection;
  return either && { RpcProtection: either, DataTransferProtection: either, ...qop };
}

/** @source AWS API Reference, CreateLocationHdfs */
function check({ settings, secrets }: Draft<HdfsSettings>): void {
  if (settings.BlockSize % 512 !== 0) {
    throw invalidParameter(`BlockSize must be a multiple of 512 bytes, and ${settings.BlockSize} is not.`);
  }
  const missing = missingMembers(settings, secrets);
  if (missing.length > 0) {
    throw invalidParameter(`AuthenticationType ${settings.AuthenticationType} needs ${missing.join(', ')}.`);
  }
}

function missingMembers(settings: HdfsSettings, secrets: Draft<HdfsSettings>['secrets']): string[] {
  if (settings.AuthenticationType === 'SIMPLE') return settings.SimpleUser ? [] : ['SimpleUser'];
  return [
    settings.KerberosPrincipal ? [] : ['KerberosPrincipal'],
    secrets['KerberosKeytab'] || settings.CustomSecretConfig ? [] : ['KerberosKeytab'],
    secrets['KerberosKrb5Conf'] ? [] : ['KerberosKrb5Conf'],
  ].flat();
}

/** `host:port` of the first NameNode. @source terraform-provider-aws, location_hdfs_test.go */
function server({ NameNodes: [first] }: HdfsSettings): string {
  return first ? `${first.Hostname}:${first.Port}` : '';
}

/** An HDFS cluster. */
export const hdfs = locationKind<'Hdfs', HdfsSettings>({
  type: 'Hdfs',
  listType: () => 'HDFS',
  create,
  update,
  uri: (settings) => `hdfs://${server(settings)}${asSent(settings.Subdirectory)}`,
  describe: ({ settings, agentArns }) => ({
    NameNodes: settings.NameNodes,
    BlockSize: settings.BlockSize,
    ReplicationFactor: settings.ReplicationFactor,
    QopConfiguration: settings.QopConfiguration,
    AuthenticationType: settings.AuthenticationType,
    ...only(settings, 'KmsKeyProviderUri', 'SimpleUser', 'KerberosPrincipal'),
    AgentArns: [...agentArns],
    ...secretConfigs(settings),
  }),
  target: ({ settings }, around) =>
    serverPlace('HDFS', settings.NameNodes[0]?.Hostname ?? '', settings.Subdirectory, around),
});
