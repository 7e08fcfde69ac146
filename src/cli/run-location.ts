import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { maskCredentials } from '../base/mask-credentials.ts';
import { nfsMount, nfsPlace, smbMount, smbPlace } from '../emulator/mounts.ts';
import { nfsAddress, smbAddress } from '../emulator/server-address.ts';
import type { Settings } from '../emulator/settings.ts';
import type { StorageTarget } from '../storage/index.ts';
import { Failure } from './failure.ts';

/** What a location on the command line is understood with. */
export interface LocationContext {
  /** Relative paths begin here. */
  readonly directory: string;
  /** The S3 server that `s3://` means. */
  readonly s3: Settings['s3'];
  /** Of the user of an SMB server, where it does not stand in the location. */
  readonly password: GivenPassword;
}

/** A password that stands somewhere else. */
export interface GivenPassword {
  readonly value: string | undefined;
  /** How to give one, for people. */
  readonly howToGive: string;
}

const FORMS =
  'a path such as ./tree, file:///abs/path, directory:/abs/path, memory:NAME, s3://bucket/prefix, nfs://host/export or smb://user@host/share';

/** A location as people write it. @throws Failure when it is none that can be used */
export function locationTarget(text: string, context: LocationContext): StorageTarget {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (text === '') throw new Failure(`A location is missing. Give ${FORMS}.`, 2);
  if (scheme === undefined) return directoryTarget(text, context);
  const kind = SCHEMES[scheme];
  if (kind) return kind(text, context);
  throw new Failure(
    `${maskCredentials(text)}: ${scheme} is no kind of location known here. Give ${FORMS}.`,
    2,
  );
}

/** Opens the table below with an unknown scheme safely. */
const SCHEMES: Readonly<
  Record<string, ((text: string, context: LocationContext) => StorageTarget) | undefined>
> = Object.assign(Object.create(null), {
  file: fileTarget,
  directory: (text: string, context: LocationContext) =>
    directoryTarget(text.slice('directory:'.length), context),
  memory: memoryTarget,
  s3: s3Target,
  nfs: nfsTarget,
  smb: smbTarget,
});

function directoryTarget(path: string, { directory }: LocationContext): StorageTarget {
  if (path === '') throw new Failure('directory: needs a path behind it, such as directory:/srv/tree.', 2);
  return { driver: 'directory', directory: isAbsolute(path) ? path : resolve(directory, path), root: '' };
}

function fileTarget(text: string): StorageTarget {
  try {
    return { driver: 'directory', directory: fileURLToPath(text), root: '' };
  } catch (cause) {
    throw new Failure(`${text} is no file on this machine. Write it as file:///abs/path.`, 2, { cause });
  }
}

function memoryTarget(text: string): StorageTarget {
  const volume = text.slice('memory:'.length);
  if (volume === '') throw new Failure('memory: needs a name behind it, such as memory:scratch.', 2);
  return { driver: 'memory', volume, root: '/' };
}

function s3Target(text: string, { s3 }: LocationContext): StorageTarget {
  const [, bucket, rest = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/i.exec(text) ?? [];
  if (!bucket) throw new Failure(`${text}: write it as s3://bucket or s3://bucket/prefix.`, 2);
  if (!s3) {
    throw new Failure(
      `${text}: which S3 server is meant? Give --s3-endpoint with --s3-access-key-id and --s3-secret-access-key, or set DATASYNC_LOCAL_S3_ENDPOINT and its companions.`,
      2,
    );
  }
  const prefix = rest === '' || rest.endsWith('/') ? rest : `${rest}/`;
  return { driver: 's3', ...s3, region: s3.region ?? 'us-east-1', bucket, prefix, timeForm: 'ns' };
}

function nfsTarget(text: string): StorageTarget {
  const address = nfsAddress(text);
  if (typeof address === 'string') throw wrong(text, address);
  if (address.path === undefined)
    throw wrong(
      text,
      'names no export. Write nfs://host/export, or nfs://host/ for all that the server has.',
    );
  return nfsPlace(address, nfsMount(), { uri: text, use: {} });
}

function smbTarget(text: string, { password }: LocationContext): StorageTarget {
  const address = smbAddress(text);
  if (typeof address === 'string') throw wrong(text, address);
  if (address.path === undefined) throw wrong(text, 'names no share. Write smb://user@host/share.');
  // Without a user nobody logs in: what the server calls a guest.
  const login = address.login && { ...address.login, password: address.login.password ?? password.value };
  if (login && login.password === undefined) throw wrong(text, `has no password. ${password.howToGive}`);
  return smbPlace({ ...address, login }, smbMount({}, {}), { uri: maskCredentials(text), use: {} });
}

const wrong = (text: string, problem: string) => new Failure(`${maskCredentials(text)} ${problem}`, 2);
