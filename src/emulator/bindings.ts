// The user's own table of where the bytes of locations are: a prefix of location URIs and a target.

import { resolve } from 'node:path';
import { maskCredentials } from '../base/mask-credentials.ts';
import { type NfsAddress, nfsAddress, type SmbAddress, smbAddress } from './server-address.ts';
import type { Binding } from './settings.ts';

/** What a binding points at. */
export type BindingTarget =
  | { readonly kind: 'memory'; readonly volume: string; readonly path: string }
  /** Absolute. */
  | { readonly kind: 'directory'; readonly directory: string }
  | {
      readonly kind: 's3';
      readonly endpoint: string;
      /** Undefined: that of the location. */
      readonly bucket: string | undefined;
      readonly prefix: string;
      readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
    }
  | { readonly kind: 'nfs'; readonly address: NfsAddress }
  | { readonly kind: 'smb'; readonly address: SmbAddress };

/** The binding that a location fell under. */
export interface Bound {
  readonly target: BindingTarget;
  /** As the user wrote it, credentials masked. */
  readonly text: string;
  /** The location's path below the prefix, without "/" at its ends. */
  readonly below: string;
}

/** A location URI: `scheme://host/path`. */
export interface UriParts {
  readonly scheme: string;
  /** With its port, if it has one; for S3 the bucket, or the access point's ARN. */
  readonly host: string;
  /** Without empty names. */
  readonly names: readonly string[];
}

/** @source AWS API Reference, LocationUri; terraform-provider-aws, uri.go, for the last two */
const SCHEMES = [
  's3',
  'nfs',
  'smb',
  'efs',
  'hdfs',
  'fsxl',
  'fsxw',
  'fsxz',
  'fsxn-nfs',
  'fsxn-smb',
  'object-storage',
  'azure-blob',
];

/** Locations that have a bucket of their own, so that a binding may leave it out. */
const WITH_BUCKET = ['s3', 'object-storage', 'azure-blob'];

/** Locations that are mounted by NFS or SMB, so that another server can stand for theirs. */
const MOUNTED_BY = {
  nfs: ['nfs', 'efs', 'fsxl', 'fsxz', 'fsxn-nfs'],
  smb: ['smb', 'fsxw', 'fsxn-smb'],
} as const satisfies Readonly<Record<'nfs' | 'smb', readonly string[]>>;

/** Undefined when `uri` is no `scheme://host…`. An access point's ARN counts as the host. */
export function uriParts(uri: string): UriParts | undefined {
  const [, scheme, rest] = /^([a-z0-9-]+):\/\/(.+)$/.exec(uri) ?? [];
  const [, host, path] =
    /^(arn:(?:[^/]*:)?(?:outpost\/[^/]+\/)?accesspoint\/[^/]+|[^/]+)(.*)$/.exec(rest ?? '') ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  return { scheme, host, names: (path ?? '').split('/').filter((name) => name !== '') };
}

/**
 * Finds the binding of a location by its URI: the first one whose prefix fits, by whole names.
 * @throws TypeError with the text of a binding that cannot be understood
 */
export function compileBindings(bindings: readonly Binding[]): (uri: string) => Bound | undefined {
  const rules = bindings.map(ruleOf);
  return (uri) => {
    const location = uriParts(uri);
    const rule = location && rules.find(({ prefix }) => covers(prefix, location));
    if (!location || !rule) return undefined;
    const below = location.names.slice(rule.prefix.names.length).join('/');
    return { target: rule.target, text: rule.text, below };
  };
}

interface Rule {
  readonly prefix: UriParts;
  readonly target: BindingTarget;
  readonly text: string;
}

function ruleOf({ prefix: from, target: to }: Binding): Rule {
  const text = `${from}=${maskCredentials(to)}`;
  const prefix = uriParts(from);
  if (!prefix || !SCHEMES.includes(prefix.scheme)) {
    throw new TypeError(
      `The binding ${JSON.stringify(text)} must begin with a location URI such as nfs://nas.example/export. Known schemes: ${SCHEMES.join(', ')}.`,
    );
  }
  const target = targetOf(to);
  if (typeof target === 'string') throw new TypeError(`The binding ${JSON.stringify(text)} ${target}`);
  if (target.kind === 's3' && target.bucket === undefined && !WITH_BUCKET.includes(prefix.scheme)) {
    throw new TypeError(
      `The binding ${JSON.stringify(text)} names no bucket, and a location of ${prefix.scheme} has none of its own. Write s3+http://host:port/bucket.`,
    );
  }
  refuseOtherProtocol(prefix, target, text);
  return { prefix, target, text };
}

/** The protocol decides which metadata there is: a task over SMB would find none of its own on an NFS server. */
function refuseOtherProtocol({ scheme }: UriParts, target: BindingTarget, text: string): void {
  if (target.kind !== 'nfs' && target.kind !== 'smb') return;
  const known: readonly string[] = MOUNTED_BY[target.kind];
  if (known.includes(scheme)) return;
  throw new TypeError(
    `The binding ${JSON.stringify(text)} points at an ${target.kind.toUpperCase()} server, and locations of ${scheme} are not mounted by ${target.kind.toUpperCase()}. Those of ${known.join(', ')} are; bind others to directory:PATH, memory:NAME or s3+http://host:port/bucket.`,
  );
}

/** A prefix without a port fits any port. Hosts and buckets are compared without regard to case. */
function covers(prefix: UriParts, location: UriParts): boolean {
  const [wanted, host] = [prefix.host.toLowerCase(), location.host.toLowerCase()];
  const sameHost = host === wanted || host.replace(/:\d+$/, '') === wanted;
  return (
    prefix.scheme === location.scheme &&
    sameHost &&
    prefix.names.every((name, index) => name === location.names[index])
  );
}

const FORMS =
  'memory:NAME, directory:PATH, s3+http://host:port[/bucket], nfs://host[:port][/export], smb://[DOMAIN;user:password@]host[:port][/share]';

/** A text says what is wrong with it. */
function targetOf(text: string): BindingTarget | string {
  const [, scheme = '', rest = ''] = /^([a-z0-9+]+):(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'memory':
      return memoryTarget(rest);
    case 'directory':
      return rest === ''
        ? 'names no directory. Write directory:PATH.'
        : { kind: 'directory', directory: resolve(rest) };
    case 's3+http':
    case 's3+https':
      return s3Target(text);
    case 'nfs': {
      const address = nfsAddress(text);
      return typeof address === 'string' ? address : { kind: 'nfs', address };
    }
    case 'smb':
      return smbTarget(text);
    default:
      return `points at nothing known. Write one of ${FORMS}.`;
  }
}

function memoryTarget(rest: string): BindingTarget | string {
  const [volume = '', ...names] = rest.split('/');
  return volume === ''
    ? 'names no volume. Write memory:NAME.'
    : { kind: 'memory', volume, path: names.join('/') };
}

function smbTarget(text: string): BindingTarget | string {
  const address = smbAddress(text);
  if (typeof address === 'string') return address;
  if (address.login && address.login.password === undefined)
    return 'has a user without a password. Write smb://user:password@host, with nothing behind the ":" when there is none.';
  return { kind: 'smb', address };
}

function s3Target(text: string): BindingTarget | string {
  const url = URL.canParse(text.slice('s3+'.length)) ? new URL(text.slice('s3+'.length)) : undefined;
  if (url?.search !== '' || url.hash !== '') {
    return 'has a target that is no URL of an S3 endpoint. Write s3+http://host:port[/bucket].';
  }
  const [bucket, ...keys] = url.pathname
    .split('/')
    .filter((name) => name !== '')
    .map(decodeURIComponent);
  return {
    kind: 's3',
    endpoint: url.origin,
    bucket,
    prefix: keys.map((name) => `${name}/`).join(''),
    credentials: url.username
      ? { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) }
      : undefined,
  };
}
