import { invalidParameter } from '../errors.ts';
import { serverPlace } from '../places.ts';
import { refuseOtherAgents } from './agents-of-location.ts';
import { type About, type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { only } from './members.ts';
import {
  NO_SECRET,
  type SecretConfigs,
  secretConfigs,
  settleSecret,
  withoutSecretConfigs,
} from './secret-config.ts';
import { folder } from './subdirectory.ts';

type Members = Created<'AzureBlob'>;

type AzureBlobSettings = Readonly<
  Pick<Members, 'ContainerUrl' | 'AuthenticationType'> &
    Required<Pick<Members, 'BlobType' | 'AccessTier'>> & { Subdirectory: string }
> &
  SecretConfigs;

function create(input: Members, about: About): Draft<AzureBlobSettings> {
  const { ContainerUrl, AuthenticationType, AgentArns = [], ...rest } = input;
  // @source terraform-provider-aws, location_azure_blob.go: the defaults
  const blank: Draft<AzureBlobSettings> = {
    settings: { ContainerUrl, AuthenticationType, BlobType: 'BLOCK', AccessTier: 'HOT', Subdirectory: '/' },
    secrets: {},
    agentArns: AgentArns,
  };
  return update(blank, rest, about);
}

function update(
  was: Draft<AzureBlobSettings>,
  input: Omit<Updated<'AzureBlob'>, 'LocationArn'>,
  about: About,
): Draft<AzureBlobSettings> {
  refuseOtherAgents(was.agentArns, input.AgentArns);
  const { AuthenticationType } = { ...was.settings, ...input };
  const token = { member: 'SasConfiguration', value: input.SasConfiguration?.Token, keptAs: 'SasToken' };
  const settled = settleSecret(token, input, was, about);
  const secret = AuthenticationType === 'SAS' ? settled : NO_SECRET;
  if (AuthenticationType === 'SAS' && secret === NO_SECRET) {
    throw invalidParameter('AuthenticationType SAS needs SasConfiguration or CustomSecretConfig.');
  }
  const settings: AzureBlobSettings = {
    ...withoutSecretConfigs(was.settings),
    ...only(input, 'AuthenticationType', 'BlobType', 'AccessTier', 'Subdirectory'),
    ...secret.configs,
  };
  return { settings, secrets: secret.secrets, agentArns: was.agentArns };
}

/** `https://account.blob.core.windows.net/container` */
function containerOf({ ContainerUrl }: AzureBlobSettings): { host: string; container: string } {
  const [host = '', container = ''] = ContainerUrl.replace(/^https:\/\//, '').split('/');
  return { host, container };
}

/** A container of Azure Blob Storage. */
export const azureBlob = locationKind<'AzureBlob', AzureBlobSettings>({
  type: 'AzureBlob',
  listType: () => 'AZURE_BLOB',
  create,
  update,
  uri: (settings) => {
    const { host, container } = containerOf(settings);
    return `azure-blob://${host}/${container}${folder(settings.Subdirectory)}`;
  },
  describe: ({ settings, agentArns }) => ({
    AuthenticationType: settings.AuthenticationType,
    BlobType: settings.BlobType,
    AccessTier: settings.AccessTier,
    ...(agentArns.length > 0 ? { AgentArns: [...agentArns] } : {}),
    ...secretConfigs(settings),
  }),
  target: ({ settings }, around) => {
    const { host, container } = containerOf(settings);
    return serverPlace('Azure Blob', host, `${container}/${settings.Subdirectory}`, around);
  },
});
