import { randomUUID } from 'node:crypto';
import type { CreateLocationNfsCommandInput, CreateLocationSmbCommandInput } from '@aws-sdk/client-datasync';
import { relPath } from '../../base/path.ts';
import type { StorageContext } from '../../storage/backend.ts';
import { type NfsConfig, openBackend, type SmbConfig } from '../../storage/index.ts';
import { clear, type DemoPlace, placeAt } from './place.ts';

/** A real server that the demo's tree is put on. */
export type DemoServer = ({ readonly driver: 'nfs' } & NfsConfig) | ({ readonly driver: 'smb' } & SmbConfig);

/** The location that DataSync is told, but for its agents. */
export type DemoLocation =
  | { readonly nfs: Omit<CreateLocationNfsCommandInput, 'OnPremConfig'> }
  | { readonly smb: Omit<CreateLocationSmbCommandInput, 'AgentArns'> };

/** A directory of its own at the server, gone at the end. */
export interface ServerStage extends AsyncDisposable {
  readonly backend: Awaited<ReturnType<typeof openBackend>>;
  readonly place: DemoPlace;
  readonly location: DemoLocation;
  /** Leads the location to the server. */
  readonly binding: string;
  /** For people. */
  readonly label: string;
}

const HOST = 'nas.example';

/** Makes the directory. @throws StorageError when the server is not to be had, or does not let us write */
export async function openServerStage(server: DemoServer, context: StorageContext): Promise<ServerStage> {
  const folder = `datasync-local-demo-${randomUUID().slice(0, 8)}`;
  const above = await openBackend(server, context);
  await above.makeDirectory(relPath(folder), {});
  const backend = await openBackend(below(server, folder), context);
  return {
    backend,
    place: placeAt(backend),
    ...described(server, folder),
    async [Symbol.asyncDispose]() {
      await clear(backend);
      await backend[Symbol.asyncDispose]();
      await above.remove(relPath(folder));
      await above[Symbol.asyncDispose]();
    },
  };
}

function below(server: DemoServer, folder: string): DemoServer {
  if (server.driver === 'nfs') return { ...server, path: `${server.path.replace(/\/$/, '')}/${folder}` };
  return { ...server, root: server.root === '' ? folder : `${server.root}/${folder}` };
}

function described(server: DemoServer, folder: string): Pick<ServerStage, 'location' | 'binding' | 'label'> {
  const { host, port, version } = server;
  const address = `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
  const there = below(server, folder);
  if (there.driver === 'nfs') {
    const more = there.mountPort === undefined ? '' : `&mountport=${there.mountPort}`;
    return {
      binding: `nfs://${HOST}=nfs://${address}?version=${version}${more}`,
      location: { nfs: { ServerHostname: HOST, Subdirectory: there.path } },
      label: `The NFS server ${address} has in ${there.path}`,
    };
  }
  const path = `/${there.share}/${there.root}`;
  const { user, domain, password } = there;
  return {
    binding: `smb://${HOST}=smb://${address}${version === 'automatic' ? '' : `?version=${version}`}`,
    location: {
      smb: {
        ServerHostname: HOST,
        Subdirectory: path,
        User: user,
        Password: password,
        ...(domain !== '' && { Domain: domain }),
      },
    },
    label: `The SMB server ${address} has in ${path}`,
  };
}
