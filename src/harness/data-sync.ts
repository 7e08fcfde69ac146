import { type BucketContents, bucketContents } from './bucket-contents.ts';
import { type Config, configFrom } from './config.ts';
import type { ConfigDocument } from './config-document.ts';
import type { EmulatorClock } from './emulator-clock.ts';
import { type Emulator, type EmulatorParts, startFrom } from './start.ts';
import { type VolumeFs, volumeFs } from './volume-fs.ts';

/** What any client of the AWS SDK v3 needs to talk to this emulator: `new DataSyncClient(clientConfig)`. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For S3; other clients do not mind. */
  readonly forcePathStyle: true;
}

/** An emulator in this process, as tests want it. */
export interface DataSync
  extends Pick<Emulator, 'endpoint' | 'port' | 'faults' | 'problemsOf' | 'reset' | 'close'>,
    AsyncDisposable {
  /** Another one each time: clients write into theirs. */
  readonly clientConfig: ClientConfig;
  /** Real time, until it is steered: `await clock.steer({ mode: 'held' })`. */
  readonly clock: EmulatorClock;
  /** What the host of that name serves, such as `nas.memory`, or a file system by its id. It is made when it is first used. */
  volume(name: string): VolumeFs;
  /**
   * The bucket of that name, made when it is missing.
   * @throws S3Error when it cannot have that name; TypeError when buckets are at an S3 endpoint of their own
   */
  bucket(name: string): BucketContents;
  /**
   * Resolves when nothing goes on: no task is being tested and no execution runs, but for what waits: for the clock, as
   * with scaled pacing, or to be told.
   */
  quiet(): Promise<void>;
}

/**
 * Starts an emulator for tests in this process, on any free port. As many as one likes can run side by side: they
 * share nothing.
 * @param settings as they stand in a configuration file; the environment is not read
 * @throws ConfigError, StoreError, or an Error that names the address when it cannot be listened on
 */
export async function createDataSync(
  settings: ConfigDocument = {},
  parts: Omit<EmulatorParts, 'clock'> = {},
): Promise<DataSync> {
  const config = configFrom({ port: 0, ...settings });
  const emulator = await startFrom(config, parts);
  const clock = steerable(emulator);
  const credentials = credentialsOf(config);
  const owner = /^\d{12}$/.test(credentials.accessKeyId) ? credentials.accessKeyId : config.account;
  const maker = { buckets: emulator.buckets, clock, owner, region: config.region };
  const { endpoint, port, faults, volumes, problemsOf, reset, close } = emulator;
  return {
    endpoint,
    port,
    get clientConfig() {
      return {
        endpoint,
        region: config.region,
        credentials: { ...credentials },
        forcePathStyle: true as const,
      };
    },
    clock,
    faults,
    volume: (name) => volumeFs(volumes, name),
    bucket(name) {
      if (config.s3)
        throw new TypeError(
          `The buckets are at ${config.s3.endpoint}. Look into ${name} with an S3 client, or leave s3.endpoint out.`,
        );
      return bucketContents(maker, name);
    },
    quiet: () => emulator.plane.activity.quiet(),
    problemsOf,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The caller is the account of requests that name none, so that all see the same resources. */
function credentialsOf(config: Config): ClientConfig['credentials'] {
  const known = config.signatures.verify ? config.signatures.credentials[0] : undefined;
  return known ?? { accessKeyId: config.account, secretAccessKey: 'test' };
}

function steerable({ clock }: Emulator): EmulatorClock {
  if (clock) return clock;
  throw new TypeError('An emulator for tests has a clock that can be steered: none can be given.');
}
