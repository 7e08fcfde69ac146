import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateAgentCommand, CreateLocationSmbCommand } from '@aws-sdk/client-datasync';
import { relPath } from '../src/base/path.ts';
import { systemClock } from '../src/base/system-clock.ts';
import { openBackend } from '../src/storage/index.ts';
import { createVolumes } from '../src/storage/volumes.ts';
import { type RunningEmulator, startEmulator } from './emulator.ts';
import {
  LARGE_BYTES,
  LISTED_COUNT,
  listMany,
  readLarge,
  readSmall,
  SMALL_BYTES,
  SMALL_COUNT,
  writeLarge,
  writeSmall,
} from './file-server.ts';
import { type HostServer, hostSamba, SMB_LOGIN } from './host-servers.ts';
import { median, obscured, race, report, short, timeCommand } from './measure.ts';
import { DESTINATION_URI, efsDestination, readyTask, runTask } from './story.ts';
import { manyFiles, oneFile, scratch } from './trees.ts';

const ROUNDS = 3;

/**
 * Our client against Samba, by itself and as whole tasks beside rclone, both ways. rclone does not read back what it
 * wrote; ours does both: with VerifyMode NONE and with ONLY_FILES_TRANSFERRED.
 */
export async function benchSmb(): Promise<void> {
  await client('SMB 3.1.1', {});
  await client('SMB 3.1.1, signing mandatory', { SMB_SIGNING: 'mandatory' });
  await client('SMB 3.1.1, encryption required', { SMB_ENCRYPTION: 'required' });
  await tasks(`SMB ${SMALL_COUNT} x 4 KiB`, (root) => manyFiles(root, SMALL_COUNT, SMALL_BYTES));
  await tasks('SMB 1 x 512 MiB', (root) => oneFile(root, LARGE_BYTES));
  await listing();
}

function open({ port }: HostServer, root = '') {
  const context = { volumes: createVolumes(), clock: systemClock() };
  const place = { host: '127.0.0.1', port, share: 'share', root, version: 'automatic' } as const;
  return openBackend({ driver: 'smb', ...place, ...SMB_LOGIN }, context);
}

async function client(bench: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await using server = await hostSamba(settings);
  await using backend = await open(server);
  const [written, read]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    written.push(await writeLarge(backend));
    read.push(await readLarge(backend));
  }
  const speed = (times: readonly number[]) => Math.round(LARGE_BYTES / 1e6 / median(times));
  const [put, got] = [await writeSmall(backend), await readSmall(backend)];
  report(bench, {
    writeMegabytesPerSecond: speed(written),
    readMegabytesPerSecond: speed(read),
    writtenPerSecond: Math.round(SMALL_COUNT / put),
    readPerSecond: Math.round(SMALL_COUNT / got),
  });
}

/** To fill the directory takes Samba minutes: it looks for each new name in any letters. */
async function listing(): Promise<void> {
  await using server = await hostSamba();
  await using backend = await open(server);
  const ours = await listMany(backend);
  const theirs = timeCommand('rclone', ['lsf', '--format', 'pst', ':smb:share/many'], rcloneSettings(server));
  report(`SMB listing of ${LISTED_COUNT}`, {
    listedPerSecond: Math.round(LISTED_COUNT / ours),
    'list/rclone': short(ours / theirs),
  });
}

async function tasks(bench: string, fill: (root: string) => void): Promise<void> {
  using place = scratch();
  fill(join(place.path, 'source'));
  await using server = await hostSamba();
  await using emulator = await startEmulator([
    ...['--bind', `${DESTINATION_URI}=directory:${place.path}`],
    ...['--bind', `smb://bench.example=smb://127.0.0.1:${server.port}`],
  ]);
  const local = await locationsBelow(emulator, place.path);
  const remote = await smbLocations(emulator);
  const settings = rcloneSettings(server);
  let round = 0;
  // A directory of its own for every run.
  const out = (VerifyMode: 'NONE' | 'ONLY_FILES_TRANSFERRED') => async () => {
    const task = await readyTask(emulator, await local('source'), await remote(`ours-${round++}`, server), {
      VerifyMode,
    });
    return (await runTask(emulator, task)).seconds;
  };
  const rcloneOut = (transfers: number) => () =>
    timeCommand(
      'rclone',
      ['copy', '--transfers', String(transfers), join(place.path, 'source'), `:smb:share/rclone-${round++}`],
      settings,
    );
  await race(
    `${bench}, to the share`,
    ROUNDS,
    {
      'datasync-local': out('NONE'),
      'datasync-local verified': out('ONLY_FILES_TRANSFERRED'),
      'rclone-4': rcloneOut(4),
      'rclone-16': rcloneOut(16),
    },
    'rclone-4',
  );
  const back = (VerifyMode: 'NONE' | 'ONLY_FILES_TRANSFERRED') => async () => {
    const task = await readyTask(emulator, await remote('ours-0', server), await local(`back-${round++}`), {
      VerifyMode,
    });
    return (await runTask(emulator, task)).seconds;
  };
  const rcloneBack = (transfers: number) => () =>
    timeCommand(
      'rclone',
      ['copy', '--transfers', String(transfers), ':smb:share/ours-0', join(place.path, `rclone-${round++}`)],
      settings,
    );
  await race(
    `${bench}, from the share`,
    ROUNDS,
    {
      'datasync-local': back('NONE'),
      'datasync-local verified': back('ONLY_FILES_TRANSFERRED'),
      'rclone-4': rcloneBack(4),
      'rclone-16': rcloneBack(16),
    },
    'rclone-4',
  );
}

async function locationsBelow(emulator: RunningEmulator, root: string) {
  return async (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return efsDestination(emulator, `/${name}`);
  };
}

async function smbLocations({ datasync }: RunningEmulator) {
  const { AgentArn = '' } = await datasync.send(
    new CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }),
  );
  return async (name: string, server: HostServer) => {
    await using share = await open(server);
    await share.makeDirectory(relPath(name), {});
    const { LocationArn = '' } = await datasync.send(
      new CreateLocationSmbCommand({
        ServerHostname: 'bench.example',
        Subdirectory: `/share/${name}`,
        User: SMB_LOGIN.user,
        Domain: SMB_LOGIN.domain,
        Password: SMB_LOGIN.password,
        AgentArns: [AgentArn],
      }),
    );
    return LocationArn;
  };
}

function rcloneSettings({ port }: HostServer): Record<string, string> {
  return {
    RCLONE_SMB_HOST: '127.0.0.1',
    RCLONE_SMB_PORT: String(port),
    RCLONE_SMB_USER: SMB_LOGIN.user,
    RCLONE_SMB_DOMAIN: SMB_LOGIN.domain,
    RCLONE_SMB_PASS: obscured(SMB_LOGIN.password),
  };
}
