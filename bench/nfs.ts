import { join } from 'node:path';
import { relPath } from '../src/base/path.ts';
import { systemClock } from '../src/base/system-clock.ts';
import { openBackend } from '../src/storage/index.ts';
import { createVolumes } from '../src/storage/volumes.ts';
import {
  LARGE_BYTES,
  LISTED_COUNT,
  listMany,
  readLarge,
  readSmall,
  SMALL_COUNT,
  writeLarge,
  writeSmall,
} from './file-server.ts';
import { type HostNfs, hostNfs } from './host-servers.ts';
import { median, report, short, timeCommand } from './measure.ts';
import { oneFile, scratch } from './trees.ts';

const ROUNDS = 3;

/**
 * Our client of each version against nfs-ganesha, beside libnfs (`nfs-cp`, `nfs-ls`, version 3): one file of 512 MiB
 * each way, 5,000 x 4 KiB each way (`nfs-cp` copies one file a process, so there is nothing to compare with), a
 * directory of 20,000. Ours writes to another name, commits, stamps and renames.
 */
export async function benchNfs(): Promise<void> {
  await using server = await hostNfs();
  await largeFiles(server);
  for (const version of VERSIONS) await smallFiles(server, version);
}

const VERSIONS = ['3', '4.0', '4.1'] as const;

type Version = (typeof VERSIONS)[number];

function open({ port, mountPort }: HostNfs, version: Version, path = '/export') {
  const context = { volumes: createVolumes(), clock: systemClock() };
  return openBackend({ driver: 'nfs', host: '127.0.0.1', port, mountPort, version, path }, context);
}

async function largeFiles(server: HostNfs): Promise<void> {
  using place = scratch();
  oneFile(place.path, LARGE_BYTES);
  const local = join(place.path, 'large.bin');
  // nfs-cp does not write over a file.
  const url = (round: number) =>
    `nfs://127.0.0.1/export/libnfs-${round}.bin?version=3&nfsport=${server.port}&mountport=${server.mountPort}`;
  const times: Record<string, number[]> = {};
  const note = (name: string, seconds: number) => {
    times[name] = [...(times[name] ?? []), seconds];
  };
  for (let round = 0; round < ROUNDS; round++) {
    note('write nfs-cp', timeCommand('nfs-cp', [local, url(round)]));
    note('read nfs-cp', timeCommand('nfs-cp', [url(round), join(place.path, `back-${round}.bin`)]));
    for (const version of VERSIONS) {
      await using backend = await open(server, version);
      note(`write v${version}`, await writeLarge(backend));
      note(`read v${version}`, await readLarge(backend));
    }
  }
  const speeds = Object.entries(times).map(([name, all]) => [
    name,
    Math.round(LARGE_BYTES / 1e6 / median(all)),
  ]);
  report('NFS 1 x 512 MiB', { rounds: ROUNDS, megabytesPerSecond: Object.fromEntries(speeds) });
}

async function smallFiles(server: HostNfs, version: Version): Promise<void> {
  await using backend = await open(server, version);
  const [written, read, listed] = [
    await writeSmall(backend),
    await readSmall(backend),
    await listMany(backend),
  ];
  const url = `nfs://127.0.0.1/export/many?version=3&nfsport=${server.port}&mountport=${server.mountPort}`;
  const theirs = timeCommand('nfs-ls', [url]);
  report(`NFS ${version}, small files`, {
    writtenPerSecond: Math.round(SMALL_COUNT / written),
    readPerSecond: Math.round(SMALL_COUNT / read),
    listedPerSecond: Math.round(LISTED_COUNT / listed),
    'list/nfs-ls': short(listed / theirs),
  });
  await using root = await open(server, version);
  for (const name of ['small', 'many']) await removeAll(root, name);
}

async function removeAll(backend: Awaited<ReturnType<typeof open>>, directory: string): Promise<void> {
  for await (const item of backend.list(relPath(directory))) {
    if (item.kind === 'unusable') continue;
    if (item.kind === 'directory') await removeAll(backend, item.path);
    else await backend.remove(item.path);
  }
  await backend.remove(relPath(directory));
}
