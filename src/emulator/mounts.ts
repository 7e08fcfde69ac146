// How a location is mounted when its bytes are on a real server of NFS or SMB.

import type { NfsConfig, SmbConfig, StorageTarget } from '../storage/index.ts';
import {
  below,
  hostName,
  isMemoryHost,
  memoryPlace,
  type Surroundings,
  staging,
  unbuiltPlace,
} from './places.ts';
import type { NfsAddress, SmbAddress, SmbLogin } from './server-address.ts';

/** What a location says of its mount, beside server and path. */
export type Mount = NfsMount | SmbMount;

export interface NfsMount {
  readonly protocol: 'nfs';
  readonly version: NfsConfig['version'];
}

export interface SmbMount {
  readonly protocol: 'smb';
  /** Undefined: one that no server should be asked for any more. */
  readonly version: SmbConfig['version'] | undefined;
  /** A text says why there is none that can be used, and what to do. */
  readonly login: SmbLogin | string;
}

/** @source AWS API Reference, NfsMountOptions */
const NFS_VERSIONS = { AUTOMATIC: 'automatic', NFS3: '3', NFS4_0: '4.0', NFS4_1: '4.1' } as const;

/** @source AWS API Reference, SmbMountOptions: SMB3 is 3.0.2, SMB2 is 2.1, SMB2_0 is 2.0.2 */
const SMB_VERSIONS = {
  AUTOMATIC: 'automatic',
  SMB3: '3.0.2',
  SMB2: '2.1',
  SMB2_0: '2.0.2',
  SMB1: undefined,
} as const;

/** @param version as MountOptions has it; none is AUTOMATIC */
export function nfsMount(version: keyof typeof NFS_VERSIONS = 'AUTOMATIC'): NfsMount {
  return { protocol: 'nfs', version: NFS_VERSIONS[version] };
}

/** What an SMB location has of a login, in wire names. */
interface SmbMembers {
  readonly User?: string | undefined;
  readonly Domain?: string | undefined;
  readonly AuthenticationType?: string | undefined;
  readonly MountOptions?: { readonly Version?: keyof typeof SMB_VERSIONS | undefined } | undefined;
  readonly CustomSecretConfig?: unknown;
}

export function smbMount(members: SmbMembers, secrets: Readonly<Record<string, string>>): SmbMount {
  return {
    protocol: 'smb',
    version: SMB_VERSIONS[members.MountOptions?.Version ?? 'AUTOMATIC'],
    login: loginOf(members, secrets),
  };
}

const INSTEAD = "or bind it with a user, as in --bind 'smb://nas=smb://DOMAIN;user:password@host'";

function loginOf(members: SmbMembers, secrets: Readonly<Record<string, string>>): SmbLogin | string {
  if (members.AuthenticationType === 'KERBEROS')
    return `This version cannot log in to SMB servers with Kerberos. Give the location AuthenticationType NTLM with User and Password, ${INSTEAD}.`;
  if (members.CustomSecretConfig)
    return `The password is in a secret of Secrets Manager, which this version cannot read. Give the location a Password instead of CustomSecretConfig, ${INSTEAD}.`;
  return { ...account(members.User ?? '', members.Domain), password: secrets['Password'] ?? '' };
}

/** A user may be written with a domain: `DOMAIN\user` or `user@domain`. A Domain of its own wins over that. */
function account(text: string, domain: string | undefined): { user: string; domain: string } {
  const [, before, name = text] = /^([^\\]*)\\(.*)$/s.exec(text) ?? [];
  if (before !== undefined) return { user: name, domain: domain || before };
  if (domain) return { user: text, domain };
  const at = text.lastIndexOf('@');
  return at > 0 ? { user: text.slice(0, at), domain: text.slice(at + 1) } : { user: text, domain: '' };
}

/** `host:port` as ServerHostname may hold it. An IPv6 address has more colons. */
function hostAndPort(text: string): { host: string; port?: number } {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(text) ?? [];
  return host === undefined ? { host: text } : { host, port: Number(port) };
}

/** What the NFS or SMB server of a location keeps: an in-memory volume when its name ends in `.memory`. */
export function mountedPlace(
  server: string,
  path: string,
  mount: Mount,
  around: Surroundings,
): StorageTarget {
  if (isMemoryHost(server)) return memoryPlace(hostName(server), path, around);
  const address = { ...hostAndPort(server), path };
  return mount.protocol === 'nfs'
    ? nfsPlace(address, mount, around)
    : smbPlace({ ...address, login: undefined }, mount, around);
}

/** What a place on a server depends on beside the server. */
type Around = Pick<Surroundings, 'uri' | 'use'>;

/** A directory of an NFS server. What the address says wins over what the location says. */
export function nfsPlace(address: NfsAddress, mount: NfsMount, around: Around): StorageTarget {
  const { path = '', ...server } = address;
  return below(path, around, (root) => ({
    driver: 'nfs',
    version: mount.version,
    ...server,
    path: `/${root}`,
    ...staging(around.use),
  }));
}

/** A directory of a share of an SMB server. What the address says wins over what the location says. */
export function smbPlace(address: SmbAddress, mount: SmbMount, around: Around): StorageTarget {
  const { path = '', login: own, ...server } = address;
  const login = own ?? mount.login;
  const version = server.version ?? mount.version;
  if (typeof login === 'string') return unbuiltPlace(around.uri, login);
  if (version === undefined)
    return unbuiltPlace(
      around.uri,
      'This version does not speak SMB 1, which is insecure and switched off on servers of today. Use the MountOptions.Version AUTOMATIC, SMB3, SMB2 or SMB2_0.',
    );
  const { user, domain, password = '' } = login;
  return below(path, around, (whole) => {
    const [share, ...names] = whole.split('/');
    if (!share)
      return unbuiltPlace(
        around.uri,
        `${around.uri} names no share. Write it as the first name of the location's Subdirectory, such as /share/folder, or bind it to smb://host/share.`,
      );
    const root = names.join('/');
    return {
      driver: 'smb',
      ...server,
      share,
      root,
      user,
      domain,
      password,
      version,
      ...staging(around.use),
    };
  });
}
