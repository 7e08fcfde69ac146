// By hand: transfers to NFS (3, 4.0, 4.1) and SMB and back, while the servers are killed or stopped every minute.
//   node --import=tsx test/servers/restarts/main.ts [minutes, 30] [seed]
// Says each minute where it is, and at the end what came of it; ends with 1 when a file was lost, doubled or corrupt.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateLocationNfsCommand, CreateLocationSmbCommand, DataSyncClient } from '@aws-sdk/client-datasync';
import { systemClock } from '../../../src/base/system-clock.ts';
import { startEmulator } from '../../../src/index.ts';
import type { ServerContainer } from '../container.ts';
import { startNfsServer } from '../nfs-server.ts';
import { startSmbServer } from '../smb-server.ts';
import { type LaneParts, type LaneResult, runLane } from './lane.ts';

const [minutes = 30, seed = 1] = process.argv.slice(2).map(Number);
const clock = systemClock();
const until = clock.now() + minutes * 60_000;
const directory = mkdtempSync(join(tmpdir(), 'datasync-restarts-'));
const say = (line: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

await using nfs = await startNfsServer();
await using smb = await startSmbServer();
await using emulator = await startEmulator({
  port: 0,
  bindings: [
    `efs://us-east-1.fs-0123456789abcdef0=directory:${directory}`,
    `nfs://nas.example=nfs://${nfs.host}:${nfs.port}?mountport=${nfs.mountPort}`,
    `smb://win.example=smb://${smb.host}:${smb.port}`,
  ],
});
const datasync = new DataSyncClient({
  endpoint: emulator.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
});

const hashesIn = async (server: ServerContainer, path: string) => {
  const script = 'cd "$1"; find . -path ./.aws-datasync -prune -o -type f -print0 | xargs -0r sha256sum';
  const lines = (await server.sh(script, path)).split('\n').slice(0, -1);
  return new Map(lines.map((line) => [line.slice(68), line.slice(0, 64)] as const));
};

/** A container that is away is asked again when it is back. */
async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (clock.now() > until + 120_000) throw error;
      await clock.sleep(500);
    }
  }
}

const common = { clock, datasync, directory };

async function nfsLane(
  name: string,
  Version: 'NFS3' | 'NFS4_0' | 'NFS4_1',
  number: number,
): Promise<LaneParts> {
  await nfs.sh('mkdir -p "$1"', `/export/${name}`);
  return {
    ...common,
    name,
    seed: seed + number,
    there: () => patiently(() => hashesIn(nfs, `/export/${name}`)),
    async location(agent) {
      const { LocationArn = '' } = await datasync.send(
        new CreateLocationNfsCommand({
          ServerHostname: 'nas.example',
          Subdirectory: `/export/${name}`,
          OnPremConfig: { AgentArns: [agent] },
          MountOptions: { Version },
        }),
      );
      return LocationArn;
    },
  };
}

async function smbLane(name: string, number: number): Promise<LaneParts> {
  await smb.sh('mkdir -p "$1" && chmod 777 "$1"', `/share/${name}`);
  return {
    ...common,
    name,
    seed: seed + number,
    there: () => patiently(() => hashesIn(smb, `/share/${name}`)),
    async location(agent) {
      const { LocationArn = '' } = await datasync.send(
        new CreateLocationSmbCommand({
          ServerHostname: 'win.example',
          Subdirectory: `/share/${name}`,
          User: smb.user,
          Domain: smb.domain,
          Password: smb.password,
          AgentArns: [agent],
        }),
      );
      return LocationArn;
    },
  };
}

const lanes = [
  await nfsLane('v3', 'NFS3', 0),
  await nfsLane('v40', 'NFS4_0', 1),
  await nfsLane('v41', 'NFS4_1', 2),
  await smbLane('smb', 3),
];
for (const { name } of lanes) {
  for (const way of ['in', 'out']) mkdirSync(join(directory, `${name}-${way}`), { recursive: true });
}

/** Each server goes once a minute, now killed, now stopped. */
async function restart(server: ServerContainer, name: string, firstAfterMs: number): Promise<number> {
  let count = 0;
  await clock.sleep(firstAfterMs);
  while (clock.now() < until) {
    await (count % 2 === 0 ? server.kill() : server.stop());
    await server.start();
    count += 1;
    say(`${name} was ${count % 2 === 1 ? 'killed' : 'stopped'} and is back`);
    await clock.sleep(60_000);
  }
  return count;
}

const restarts = [restart(nfs, 'nfs', 20_000), restart(smb, 'smb', 50_000)];
const results: LaneResult[] = await Promise.all(lanes.map((lane) => runLane(lane, until)));
for (const result of results) say(JSON.stringify(result));
const faults = results.flatMap((result) => result.faults);
const counts = await Promise.all(restarts);
say(
  `${counts.join(' and ')} restarts. ${faults.length === 0 ? 'Nothing was lost, doubled or corrupt.' : faults.join(' ')}`,
);
rmSync(directory, { recursive: true, force: true });
process.exitCode = faults.length === 0 ? 0 : 1;
