// Real servers on the host's own network, bound to loopback: published ports would cost every contender some of its speed.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface HostServer extends AsyncDisposable {
  readonly port: number;
}

export interface HostNfs extends HostServer {
  readonly mountPort: number;
}

export const SMB_LOGIN = { user: 'datasync', password: 'Passw0rd!', domain: 'WORKGROUP' } as const;

/** nfs-ganesha with the export /export. */
export async function hostNfs(): Promise<HostNfs> {
  const [port, mountPort] = [await freePort(), await freePort()];
  const server = await container('datasync-local/nfs', {
    NFS_BIND: '127.0.0.1',
    NFS_PORT: String(port),
    NFS_MOUNT_PORT: String(mountPort),
    NFS_CACHE_SECONDS: '60',
  });
  return { ...server, port, mountPort };
}

/** Samba with the share "share". */
export async function hostSamba(settings: Readonly<Record<string, string>> = {}): Promise<HostServer> {
  const port = await freePort();
  const server = await container('datasync-local/samba', {
    SMB_BIND: '127.0.0.1',
    SMB_PORT: String(port),
    ...settings,
  });
  return { ...server, port };
}

async function container(
  image: string,
  environment: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const { stdout } = await run('docker', [
    ...[
      'run',
      '-d',
      '--network',
      'host',
      '--cap-add',
      'DAC_READ_SEARCH',
      '--security-opt',
      'seccomp=unconfined',
    ],
    ...Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    image,
  ]);
  const id = stdout.trim();
  const remove = async () => void (await run('docker', ['rm', '--force', '--volumes', id]));
  for (;;) {
    const state = (await run('docker', ['inspect', '-f', '{{.State.Status}} {{.State.Health.Status}}', id]))
      .stdout;
    if (state.trim() === 'running healthy') return { [Symbol.asyncDispose]: remove };
    if (!state.startsWith('running') && !state.startsWith('created')) {
      const { stdout: told } = await run('docker', ['logs', '--tail', '20', id]);
      await remove();
      throw new Error(`${image} ended before it was ready: ${told}`);
    }
    await wait(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
