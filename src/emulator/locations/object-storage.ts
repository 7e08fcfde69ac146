import type { StorageTarget } from '../../storage/index.ts';
import { invalidParameter } from '../errors.ts';
import { isMemoryHost, type Surroundings, s3Place, unbuiltPlace } from '../places.ts';
import { refuseOtherAgents } from './agents-of-location.ts';
import { type About, type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { base64, only } from './members.ts';
import { type SecretConfigs, secretConfigs, settleSecret, withoutSecretConfigs } from './secret-config.ts';
import { folder, keyPrefix } from './subdirectory.ts';

type Members = Created<'ObjectStorage'>;

type ObjectStorageSettings = Readonly<
  Pick<Members, 'ServerHostname' | 'BucketName' | 'ServerPort' | 'AccessKey'> & {
    Subdirectory: string;
    ServerProtocol: NonNullable<Members['ServerProtocol']>;
    /** Base64 of the PEM text. */
    ServerCertificate?: string;
  }
> &
  SecretConfigs;

function create(input: Members, about: About): Draft<ObjectStorageSettings> {
  const { ServerHostname, BucketName, AgentArns = [], ...rest } = input;
  const blank: Draft<ObjectStorageSettings> = {
    settings: { ServerHostname, BucketName, Subdirectory: '', ServerProtocol: 'HTTPS' },
    secrets: {},
    agentArns: AgentArns,
  };
  return update(blank, rest, about);
}

function update(
  was: Draft<ObjectStorageSettings>,
  input: Omit<Updated<'ObjectStorage'>, 'LocationArn'>,
  about: About,
): Draft<ObjectStorageSettings> {
  refuseOtherAgents(was.agentArns, input.AgentArns);
  const secret = settleSecret({ member: 'SecretKey', value: input.SecretKey }, input, was, about);
  const certificate = input.ServerCertificate && base64(input.ServerCertificate);
  const settings: ObjectStorageSettings = {
    ...withoutSecretConfigs(was.settings),
    ...only(input, 'ServerHostname', 'Subdirectory', 'ServerPort', 'ServerProtocol', 'AccessKey'),
    ...(certificate === undefined ? {} : { ServerCertificate: certificate }),
    ...secret.configs,
  };
  if (settings.ServerCertificate && settings.ServerProtocol === 'HTTP') {
    throw invalidParameter(
      'ServerCertificate needs ServerProtocol HTTPS. Use HTTPS, or send an empty ServerCertificate.',
    );
  }
  return { settings, secrets: secret.secrets, agentArns: was.agentArns };
}

const USUAL_PORT = { HTTPS: 443, HTTP: 80 } as const;

/** The pattern of host names admits a port, as in `localhost:9000`. */
const HOST_AND_PORT = /^([^:]+):(\d+)$/;

function hostOf({ ServerHostname }: ObjectStorageSettings): string {
  return HOST_AND_PORT.exec(ServerHostname)?.[1] ?? ServerHostname;
}

function portOf({ ServerHostname, ServerPort, ServerProtocol }: ObjectStorageSettings): number {
  return ServerPort ?? Number(HOST_AND_PORT.exec(ServerHostname)?.[2] ?? USUAL_PORT[ServerProtocol]);
}

function target({ settings, secrets }: Draft<ObjectStorageSettings>, around: Surroundings): StorageTarget {
  const objects = { bucket: settings.BucketName, prefix: keyPrefix(settings.Subdirectory) };
  if (isMemoryHost(hostOf(settings))) return s3Place(objects, around);
  if (settings.CustomSecretConfig) {
    return unbuiltPlace(
      around.uri,
      'The secret key is in a secret of Secrets Manager, which this version cannot read. Give the location a SecretKey instead of CustomSecretConfig, or bind it.',
    );
  }
  const { ServerCertificate, ServerProtocol, AccessKey = '' } = settings;
  return {
    driver: 's3',
    endpoint: `${ServerProtocol.toLowerCase()}://${hostOf(settings)}:${portOf(settings)}`,
    region: around.scope.region,
    ...objects,
    accessKeyId: AccessKey,
    secretAccessKey: secrets['SecretKey'] ?? '',
    timeForm: around.use.timeForm ?? 'ns',
    ...(ServerCertificate ? { certificate: Buffer.from(ServerCertificate, 'base64').toString() } : {}),
  };
}

/** An object storage system that speaks S3. The port is not in the URI. @source terraform-provider-aws, uri.go */
export const objectStorage = locationKind<'ObjectStorage', ObjectStorageSettings>({
  type: 'ObjectStorage',
  listType: () => 'OBJECT_STORAGE',
  create,
  update,
  uri: (settings) =>
    `object-storage://${hostOf(settings)}/${settings.BucketName}${folder(keyPrefix(settings.Subdirectory))}`,
  describe: ({ settings, agentArns }) => ({
    ...(settings.AccessKey ? { AccessKey: settings.AccessKey } : {}),
    ServerPort: portOf(settings),
    ServerProtocol: settings.ServerProtocol,
    ...(agentArns.length > 0 ? { AgentArns: [...agentArns] } : {}),
    ...(settings.ServerCertificate
      ? { ServerCertificate: new Uint8Array(Buffer.from(settings.ServerCertificate, 'base64')) }
      : {}),
    ...secretConfigs(settings),
  }),
  target,
});
