// Places of every kind that a task goes between: how an empty one is made, how the API is told of it, and how it is
// looked at from the other side, by tools that are not ours.

import {
  CreateLocationEfsCommand,
  CreateLocationFsxWindowsCommand,
  CreateLocationNfsCommand,
  CreateLocationSmbCommand,
  type NfsVersion,
  type SmbVersion,
} from '@aws-sdk/client-datasync';
import type { NfsServer } from './nfs-server.ts';
import type { World } from './s3-world.ts';
import type { SmbServer } from './smb-server.ts';
import { bucketTree, directoryTree } from './trees.ts';

export interface Ground {
  /** An empty place, last changed at 1600000000; says its name. */
  make(): Promise<string>;
  /** Says the ARN of a location there. */
  location(name: string): Promise<string>;
  /** Its lines, as trees.ts, NfsServer and SmbServer tell them. */
  tree(name: string): Promise<readonly string[]>;
}

/** Who owns what is made on an NFS server: nobody that runs tests. */
export const OWNER = '4001:4002';

const EFS = 'fs-0123456789abcdef0';
const FSXW = 'fs-0123456789abcdef1';
const AWS = 'us-east-1:111122223333';

let count = 0;

/** Bindings of an emulator to the servers, which listen on ports that locations cannot name. */
export function bindingsTo({ nfs, smb }: { readonly nfs?: NfsServer; readonly smb?: SmbServer }): string[] {
  const all: string[] = [];
  if (nfs) {
    const query = `?mountport=${nfs.mountPort}`;
    all.push(`nfs://nfs.example=nfs://${nfs.host}:${nfs.port}${query}`);
    all.push(`efs://us-east-1.${EFS}=nfs://${nfs.host}:${nfs.port}/export${query}`);
  }
  if (smb) {
    all.push(`smb://smb.example=smb://${smb.host}:${smb.port}`);
    all.push(`fsxw://us-east-1.${FSXW}=smb://${smb.host}:${smb.port}`);
  }
  return all;
}

export function directoryGround(world: World): Ground {
  return {
    make: async () => world.directory(),
    location: (name) => world.locationOf(name),
    tree: async (name) => directoryTree(name),
  };
}

export function bucketGround(world: World): Ground {
  return {
    make: () => world.bucket(),
    location: (name) => world.bucketLocation(name),
    tree: (name) => bucketTree(world.s3, name),
  };
}

/** Directories of an export. */
export function nfsGround(world: World, server: NfsServer, Version?: NfsVersion, parent = '/export'): Ground {
  return {
    make: () => emptyDirectory(server, parent, OWNER),
    async location(name) {
      const { LocationArn = '' } = await world.datasync.send(
        new CreateLocationNfsCommand({
          ServerHostname: 'nfs.example',
          Subdirectory: name,
          OnPremConfig: { AgentArns: [world.agentArn] },
          ...(Version && { MountOptions: { Version } }),
        }),
      );
      return LocationArn;
    },
    tree: (name) => server.tree(name),
  };
}

/** The same directories, as those of an EFS file system that is bound to the export. */
export function efsGround(world: World, server: NfsServer): Ground {
  return {
    ...nfsGround(world, server),
    async location(name) {
      const { LocationArn = '' } = await world.datasync.send(
        new CreateLocationEfsCommand({
          EfsFilesystemArn: `arn:aws:elasticfilesystem:${AWS}:file-system/${EFS}`,
          Subdirectory: name.slice('/export'.length),
          Ec2Config: {
            SubnetArn: `arn:aws:ec2:${AWS}:subnet/subnet-0123456789abcdef0`,
            SecurityGroupArns: [`arn:aws:ec2:${AWS}:security-group/sg-0123456789abcdef0`],
          },
        }),
      );
      return LocationArn;
    },
  };
}

/** Directories of the share; with `security`, trees show owners and rights. */
export function smbGround(
  world: World,
  server: SmbServer,
  { security, Version }: { readonly security?: 'security'; readonly Version?: SmbVersion } = {},
): Ground {
  return {
    make: () => emptyDirectory(server, '/share', server.user),
    async location(name) {
      const { LocationArn = '' } = await world.datasync.send(
        new CreateLocationSmbCommand({
          ServerHostname: 'smb.example',
          Subdirectory: name,
          User: server.user,
          Domain: server.domain,
          Password: server.password,
          AgentArns: [world.agentArn],
          ...(Version && { MountOptions: { Version } }),
        }),
      );
      return LocationArn;
    },
    tree: (name) => server.tree(name.slice('/share/'.length), security),
  };
}

/** The same directories, as those of an FSx for Windows file system that is bound to the server. */
export function fsxWindowsGround(world: World, server: SmbServer, security?: 'security'): Ground {
  return {
    ...smbGround(world, server, security ? { security } : {}),
    async location(name) {
      const { LocationArn = '' } = await world.datasync.send(
        new CreateLocationFsxWindowsCommand({
          FsxFilesystemArn: `arn:aws:fsx:${AWS}:file-system/${FSXW}`,
          SecurityGroupArns: [`arn:aws:ec2:${AWS}:security-group/sg-0123456789abcdef0`],
          Subdirectory: name,
          User: server.user,
          Domain: server.domain,
          Password: server.password,
        }),
      );
      return LocationArn;
    },
  };
}

async function emptyDirectory({ sh }: NfsServer | SmbServer, parent: string, owner: string): Promise<string> {
  const name = `${parent}/d${count++}`;
  await sh('mkdir -m 755 "$1"; chown "$2" "$1"; touch -d @1600000000 "$1"', name, owner);
  return name;
}
