// How people write where an NFS or an SMB server is: in bindings and on the command line.

import { pathProblem } from '../base/path.ts';
import type { NfsConfig, SmbConfig } from '../storage/index.ts';

/** `nfs://host[:port][/export/path][?version=3&port…]`. What was not written is absent. */
export interface NfsAddress {
  readonly host: string;
  readonly port?: number;
  readonly mountPort?: number;
  readonly version?: NfsConfig['version'];
  readonly uid?: number;
  readonly gid?: number;
  /** Names below the server's root, without "/" at its ends; "" is that root. Undefined: only a host was written. */
  readonly path: string | undefined;
}

/** `smb://[DOMAIN;user[:password]@]host[:port][/share/path][?version=2.1]`. */
export interface SmbAddress {
  readonly host: string;
  readonly port?: number;
  readonly version?: SmbConfig['version'];
  /** Share and directory, without "/" at its ends. Undefined: only a host was written. */
  readonly path: string | undefined;
  readonly login: SmbLogin | undefined;
}

/** Who logs in. */
export interface SmbLogin {
  readonly user: string;
  /** "" when there is none. */
  readonly domain: string;
  /** Undefined: none was written. */
  readonly password: string | undefined;
}

/** What all server addresses have. */
interface Parts {
  readonly login: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly query: ReadonlyMap<string, string>;
}

const FORM = /^[a-z]+:\/\/(?:([^/?]*)@)?(\[[0-9a-f:.]+\]|[^:/?#@\s[\]]+)(?::(\d+))?(\/[^?]*)?(?:\?(.*))?$/is;

const NFS_VERSIONS: readonly string[] = ['automatic', '3', '4.0', '4.1'] satisfies NfsConfig['version'][];
const SMB_VERSIONS: readonly string[] = [
  'automatic',
  '2.0.2',
  '2.1',
  '3.0.2',
] satisfies SmbConfig['version'][];

/** @param text beginning with `nfs:`. @returns a sentence's end that says what is wrong with it, where something is */
export function nfsAddress(text: string): NfsAddress | string {
  const parts = partsOf(text, 'nfs');
  if (typeof parts === 'string') return parts;
  if (parts.login !== undefined) return 'names a user, which NFS has none of. Write ?uid=N&gid=N.';
  const problem = queryProblem(parts.query, {
    version: oneOf(NFS_VERSIONS),
    mountport: PORT,
    uid: ID,
    gid: ID,
  });
  if (problem !== undefined) return problem;
  const number = (name: string) => parts.query.has(name) && Number(parts.query.get(name));
  const [mountPort, uid, gid] = [number('mountport'), number('uid'), number('gid')];
  const version = parts.query.get('version') as NfsConfig['version'] | undefined;
  return {
    ...server(parts),
    ...(version !== undefined && { version }),
    ...(mountPort !== false && { mountPort }),
    ...(uid !== false && { uid }),
    ...(gid !== false && { gid }),
  };
}

/** @param text beginning with `smb:`. @returns a sentence's end that says what is wrong with it, where something is */
export function smbAddress(text: string): SmbAddress | string {
  const parts = partsOf(text, 'smb');
  if (typeof parts === 'string') return parts;
  const problem = queryProblem(parts.query, { version: oneOf(SMB_VERSIONS) });
  if (problem !== undefined) return problem;
  const login = parts.login === undefined ? undefined : loginOf(parts.login);
  if (typeof login === 'string') return login;
  const version = parts.query.get('version') as SmbConfig['version'] | undefined;
  return { ...server(parts), ...(version !== undefined && { version }), login };
}

function server({ host, port, path }: Parts) {
  return { host, ...(port !== undefined && { port }), path };
}

function partsOf(text: string, scheme: string): Parts | string {
  const [whole, login, host = '', port, path, query] = FORM.exec(text) ?? [];
  if (whole === undefined) return `names no host. Write ${scheme}://host.`;
  if (port !== undefined && !PORT.fits(port)) return `has a port that cannot be: ${port}. Give 1 to 65535.`;
  const plain = decoded(path ?? '');
  if (plain === undefined) return 'has a "%" in its path that begins no escape. Write %25 for it.';
  const names = plain
    .split('/')
    .filter((name) => name !== '')
    .join('/');
  const problem = pathProblem(names);
  if (problem !== undefined) return `has a path that cannot be used: ${problem}.`;
  return {
    login,
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
    path: path === undefined || (path === '/' && scheme === 'smb') ? undefined : names,
    query: new Map(new URLSearchParams(query)),
  };
}

/** `DOMAIN;user:password`, each part percent-encoded where it holds what would end it. */
function loginOf(text: string): SmbLogin | string {
  const [, before, password] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const [, domain = '', user = ''] = /^(?:([^;]*);)?(.*)$/s.exec(before ?? '') ?? [];
  const [plainDomain, plainUser, plainPassword] = [domain, user, password ?? ''].map(decoded);
  if (plainDomain === undefined || plainUser === undefined || plainPassword === undefined)
    return 'has a "%" in its user or password that begins no escape. Write %25 for it.';
  if (plainUser === '') return 'has an "@" without a user in front. Write smb://user:password@host/share.';
  return {
    user: plainUser,
    domain: plainDomain,
    password: password === undefined ? undefined : plainPassword,
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What the value of one query member may be. */
interface Wanted {
  fits(value: string): boolean;
  /** Such as `1 to 65535`. */
  readonly words: string;
}

const whole = (least: number, most: number): Wanted => ({
  fits: (value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most,
  words: `${least} to ${most}`,
});
const PORT = whole(1, 65_535);
const ID = whole(0, 4_294_967_294);
const oneOf = (values: readonly string[]): Wanted => ({
  fits: (value) => values.includes(value),
  words: values.join(', '),
});

function queryProblem(query: Parts['query'], wanted: Readonly<Record<string, Wanted>>): string | undefined {
  for (const [name, value] of query) {
    const one = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    if (!one) return `has ?${name}=, which is not known. Known are ${Object.keys(wanted).join(', ')}.`;
    if (!one.fits(value)) return `has ${name}=${value}. Give ${one.words}.`;
  }
  return undefined;
}
