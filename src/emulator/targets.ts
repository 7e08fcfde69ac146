// Where the bytes of a location are: by the user's bindings, else by the built-in rules.

import type { StorageTarget } from '../storage/index.ts';
import { scopeOf } from './arn.ts';
import { type Bound, compileBindings, uriParts } from './bindings.ts';
import type { ControlPlane } from './control-plane.ts';
import { builtInTarget, mountOf } from './locations/index.ts';
import { keyPrefix } from './locations/subdirectory.ts';
import { type Mount, nfsPlace, smbPlace } from './mounts.ts';
import {
  bucketOf,
  directoryPlace,
  memoryPlace,
  type Surroundings,
  s3Credentials,
  s3Place,
  unbuiltPlace,
} from './places.ts';
import type { Settings } from './settings.ts';

/**
 * The targets of an emulator with these settings.
 * @throws TypeError with the text of a binding that cannot be understood
 */
export function createTargets(settings: Settings): Pick<ControlPlane, 'targetOf' | 'bucketTarget'> {
  const bindingOf = compileBindings(settings.bindings);
  return {
    targetOf(location, use = {}) {
      const around = { uri: location.uri, settings, scope: scopeOf(location.arn), use };
      const builtIn = builtInTarget(location, around);
      const bound = bindingOf(location.uri);
      return bound ? withStorageClassOf(builtIn, boundTarget(bound, around, mountOf(location))) : builtIn;
    },
    bucketTarget(bucketArn, prefix, scope) {
      const objects = { bucket: bucketOf(bucketArn), prefix: keyPrefix(prefix) };
      const around = { uri: `s3://${objects.bucket}/${objects.prefix}`, settings, scope, use: {} };
      const bound = bindingOf(around.uri);
      return bound ? boundTarget(bound, around) : s3Place(objects, around);
    },
  };
}

/** An S3 location keeps its storage class wherever its bucket is. */
function withStorageClassOf(builtIn: StorageTarget, target: StorageTarget): StorageTarget {
  if (builtIn.driver !== 's3' || target.driver !== 's3' || !builtIn.storageClass) return target;
  return { ...target, storageClass: builtIn.storageClass };
}

function boundTarget(bound: Bound, around: Surroundings, mount?: Mount): StorageTarget {
  const { target, below } = bound;
  switch (target.kind) {
    case 'memory':
      return memoryPlace(target.volume, `${target.path}/${below}`, around);
    case 'directory':
      return directoryPlace(target.directory, below, around);
    case 's3':
      return boundS3(target, below, around);
    case 'nfs':
    case 'smb':
      return boundServer(bound, around, mount);
  }
}

/** A binding that names only a host changes the server: the path stays that of the location. */
function boundServer({ target, text, below }: Bound, around: Surroundings, mount?: Mount): StorageTarget {
  const ownPath = uriParts(around.uri)?.names.join('/');
  const placed = <Address extends { readonly path: string | undefined }>(address: Address) => ({
    ...address,
    path: address.path === undefined ? ownPath : `${address.path}/${below}`,
  });
  if (target.kind === 'nfs' && mount?.protocol === 'nfs')
    return nfsPlace(placed(target.address), mount, around);
  if (target.kind === 'smb' && mount?.protocol === 'smb')
    return smbPlace(placed(target.address), mount, around);
  // Bindings of other schemes are refused when they are compiled.
  return unbuiltPlace(around.uri, `${around.uri} cannot be mounted as ${text} says.`);
}

/** A binding without a bucket only changes the endpoint: bucket and keys stay those of the location. */
function boundS3(
  target: Extract<Bound['target'], { kind: 's3' }>,
  below: string,
  around: Surroundings,
): StorageTarget {
  const { settings, scope, use } = around;
  const own = ownBucket(around.uri);
  const { bucket, prefix } =
    target.bucket === undefined ? own : { bucket: target.bucket, prefix: target.prefix + keyPrefix(below) };
  return {
    driver: 's3',
    endpoint: target.endpoint,
    region: settings.s3?.region ?? scope.region,
    bucket,
    prefix,
    ...(target.credentials ?? s3Credentials(settings, scope)),
    timeForm: use.timeForm ?? 'ns',
  };
}

function ownBucket(uri: string): { bucket: string; prefix: string } {
  const { scheme, host, names } = uriParts(uri) ?? { scheme: '', host: '', names: [] };
  const [bucket = '', ...keys] = scheme === 's3' ? [bucketOf(host), ...names] : names;
  return { bucket, prefix: keyPrefix(keys.join('/')) };
}
