import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ServerContainer, startContainer } from './container.ts';

export type SmbDialect = 'SMB2_02' | 'SMB2_10' | 'SMB3_00' | 'SMB3_02' | 'SMB3_11';

/** Switches of docker/samba/entrypoint.sh. */
export interface SmbSwitches {
  readonly oldest?: SmbDialect;
  readonly newest?: SmbDialect;
  readonly signing?: 'default' | 'mandatory' | 'disabled';
  readonly encryption?: 'default' | 'required' | 'off';
  readonly readOnly?: boolean;
  /** False: the user may not give files to others nor see SACLs. Default true. */
  readonly privileges?: boolean;
  /** The share "small" holds only so much. */
  readonly smallBytes?: number;
}

/** Samba in a container of its own, with the shares share, readonly, small, private and dfs. */
export interface SmbServer extends ServerContainer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  /**
   * What is below a directory of the share, told by the file system and by Samba's own client: one line an item, by
   * path. `f ATTRIBUTES CHANGED MADE SIZE HASH PATH`, `d ATTRIBUTES CHANGED MADE PATH/`; the root is `./`, times are
   * seconds. With security its SDDL is before the path.
   */
  tree(directory: string, security?: 'security'): Promise<readonly string[]>;
  /** Commands of smbclient, in the share. Says what it prints. */
  smbclient(commands: string, share?: string): Promise<string>;
  /** Holds a file of the share until it is disposed: for itself alone over SMB, or with a lock on its first byte. */
  hold(how: 'exclusively' | 'range', path: string): Promise<AsyncDisposable>;
}

const LOGIN = { user: 'datasync', password: 'Passw0rd!', domain: 'WORKGROUP' } as const;

export async function startSmbServer(switches: SmbSwitches = {}): Promise<SmbServer> {
  const { oldest, newest, signing, encryption, readOnly, privileges, smallBytes } = switches;
  const container = await startContainer({
    image: 'samba',
    ports: [445],
    environment: {
      SMB_USER: LOGIN.user,
      SMB_PASSWORD: LOGIN.password,
      SMB_DOMAIN: LOGIN.domain,
      ...(oldest && { SMB_MIN_PROTOCOL: oldest }),
      ...(newest && { SMB_MAX_PROTOCOL: newest }),
      ...(signing && { SMB_SIGNING: signing }),
      ...(encryption && { SMB_ENCRYPTION: encryption }),
      ...(readOnly && { SMB_READ_ONLY: 'yes' }),
      ...(privileges === false && { SMB_PRIVILEGES: 'no' }),
    },
    ...(smallBytes !== undefined && { smallDisks: { '/small': smallBytes } }),
  });
  const [port = 0] = container.ports;
  const login = `${LOGIN.user}%${LOGIN.password}`;
  return {
    ...container,
    ...LOGIN,
    port,
    async tree(directory, security) {
      const words = security ? ['--security', directory] : [directory];
      return (await container.sh('exec /tree.py "$@"', ...words)).split('\n').slice(0, -1);
    },
    smbclient: (commands, share = 'share') =>
      container.sh('exec smbclient "//127.0.0.1/$1" -U "$2" -c "$3"', share, login, commands),
    hold: (how, path) => hold(container.id, how, path),
  };
}

async function hold(container: string, how: string, path: string): Promise<AsyncDisposable> {
  const holder = spawn('docker', ['exec', '-i', container, '/hold.py', how, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  const first = await Promise.race([once(holder.stdout, 'data'), ended.then(() => ['nothing'])]);
  if (!String(first[0]).startsWith('held')) throw new Error(`${path} could not be held.`);
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await ended;
    },
  };
}
