// The built-in rules: where the bytes of a location are when no binding says otherwise.

import { pathProblem } from '../base/path.ts';
import type { StorageTarget } from '../storage/index.ts';
import type { Scope, TargetUse } from './control-plane.ts';
import type { Settings } from './settings.ts';

/** What a target depends on beside the location itself. */
export interface Surroundings {
  readonly uri: string;
  readonly settings: Settings;
  readonly scope: Scope;
  readonly use: TargetUse;
}

/** A directory of an in-memory volume. @param path "/"-separated */
export function memoryPlace(volume: string, path: string, around: Surroundings): StorageTarget {
  return below(path, around, (root) => ({
    driver: 'memory',
    volume,
    root: `/${root}`,
    ...staging(around.use),
  }));
}

/** A directory of this machine. @param directory absolute @param path below it, "/"-separated */
export function directoryPlace(directory: string, path: string, around: Surroundings): StorageTarget {
  return below(path, around, (root) => ({ driver: 'directory', directory, root, ...staging(around.use) }));
}

/** A storage that this version cannot reach. */
export function unbuiltPlace(uri: string, message: string): StorageTarget {
  return { driver: 'unbuilt', label: uri, message };
}

/**
 * What a server at `host` keeps when there is no client for it: an in-memory volume when the name ends in `.memory`.
 * @param protocol for people, such as `HDFS`
 */
export function serverPlace(
  protocol: string,
  host: string,
  path: string,
  around: Surroundings,
): StorageTarget {
  if (isMemoryHost(host)) return memoryPlace(hostName(host), path, around);
  return unbuiltPlace(
    around.uri,
    `This version cannot reach ${protocol} servers. Bind the location to a directory or to memory, for example --bind '${around.uri}=directory:/srv/tree', or use a host name that ends in .memory.`,
  );
}

export function isMemoryHost(host: string): boolean {
  return hostName(host).endsWith('.memory');
}

/** In lower case, without a port. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

/** Objects of the user's S3: of the configured endpoint, else of the embedded one. */
export interface Objects {
  readonly bucket: string;
  /** "" or ending in "/". */
  readonly prefix: string;
  readonly storageClass?: string;
}

/** A bucket of the user's. The embedded endpoint takes the account's number for an access key. */
export function s3Place(objects: Objects, { settings, scope, use }: Surroundings): StorageTarget {
  return {
    driver: 's3',
    endpoint: settings.s3?.endpoint ?? settings.ownS3Endpoint(),
    region: settings.s3?.region ?? scope.region,
    ...s3Credentials(settings, scope),
    ...objects,
    timeForm: use.timeForm ?? 'ns',
  };
}

/** Those of the configured S3 endpoint, else those that the embedded one takes. */
export function s3Credentials(
  settings: Settings,
  scope: Scope,
): { accessKeyId: string; secretAccessKey: string } {
  const { accessKeyId = scope.account, secretAccessKey = 'test' } =
    settings.s3 ?? settings.ownS3Credentials ?? {};
  return { accessKeyId, secretAccessKey };
}

/** The helper folder's name, for storages that have one. */
export function staging(use: TargetUse): { stagingId?: string } {
  return use.stagingId === undefined ? {} : { stagingId: use.stagingId };
}

/** `path` as a clean relative path; a location that would leave its root is refused when it is opened. */
export function below(
  path: string,
  around: Pick<Surroundings, 'uri'>,
  target: (root: string) => StorageTarget,
): StorageTarget {
  const root = path
    .split('/')
    .filter((name) => name !== '')
    .join('/');
  const problem = pathProblem(root);
  return problem === undefined
    ? target(root)
    : unbuiltPlace(
        around.uri,
        `The path of ${around.uri} cannot be used: ${problem}. Update the location's Subdirectory.`,
      );
}

/** The bucket of a bucket's ARN; for an access point, the bucket that has its name. */
export function bucketOf(bucketArn: string): string {
  return bucketArn.slice(Math.max(bucketArn.lastIndexOf(':'), bucketArn.lastIndexOf('/')) + 1);
}
