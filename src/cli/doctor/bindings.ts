import { once } from 'node:events';
import { connect } from 'node:net';
import { inProcessAgent } from '../../agent/in-process-agent.ts';
import { systemClock } from '../../base/system-clock.ts';
import { type Bound, compileBindings } from '../../emulator/bindings.ts';
import { nfsMount, nfsPlace, smbMount, smbPlace } from '../../emulator/mounts.ts';
import type { Config } from '../../harness/config.ts';
import type { StorageTarget } from '../../storage/index.ts';
import { createVolumes } from '../../storage/volumes.ts';
import { type Finding, reasonOf } from './finding.ts';

const REACH_MS = 2000;

/** Whether each binding, and the S3 endpoint if there is one, leads somewhere. */
export async function checkBindings(config: Config): Promise<Finding[]> {
  const find = compileBindings(config.bindings);
  const findings: Finding[] = [];
  if (config.s3)
    findings.push(await tried(`S3 endpoint ${config.s3.endpoint}`, () => reached(config.s3?.endpoint)));
  for (const { prefix } of config.bindings) {
    const bound = find(prefix);
    if (bound) findings.push(await checkBinding(bound, config));
  }
  return findings;
}

async function checkBinding({ text, target }: Bound, config: Config): Promise<Finding> {
  const about = `binding ${text}`;
  switch (target.kind) {
    case 'memory':
      return { is: 'good', about, says: 'an in-memory volume, made when it is first used' };
    case 'directory':
      return tried(about, () => probed({ driver: 'directory', directory: target.directory, root: '' }));
    case 'nfs':
    case 'smb':
      return checkServer(about, target);
    case 's3': {
      const { endpoint, bucket, prefix } = target;
      const credentials = target.credentials ??
        config.s3 ?? { accessKeyId: config.account, secretAccessKey: 'test' };
      const { accessKeyId, secretAccessKey } = credentials;
      if (bucket === undefined) return tried(about, () => reached(endpoint));
      const region = config.s3?.region ?? config.region;
      return tried(about, () =>
        probed({
          driver: 's3',
          endpoint,
          bucket,
          prefix,
          region,
          accessKeyId,
          secretAccessKey,
          timeForm: 'ns',
        }),
      );
    }
  }
}

/** A binding that names only a server, or a share without a user, leaves the rest to the locations. */
async function checkServer(
  about: string,
  target: Extract<Bound['target'], { kind: 'nfs' | 'smb' }>,
): Promise<Finding> {
  const whole = serverPlace(about, target);
  if (whole) return tried(about, () => probed(whole));
  const { address } = target;
  const usual = target.kind === 'nfs' ? 2049 : 445;
  const found = await tried(about, () => connected(address.host, address.port ?? usual));
  return found.is === 'good' ? { ...found, says: 'it answers; the locations say the rest' } : found;
}

function serverPlace(
  uri: string,
  target: Extract<Bound['target'], { kind: 'nfs' | 'smb' }>,
): StorageTarget | undefined {
  const around = { uri, use: {} };
  if (target.address.path === undefined) return undefined;
  if (target.kind === 'nfs') return nfsPlace(target.address, nfsMount(), around);
  return target.address.login && smbPlace(target.address, smbMount({}, {}), around);
}

async function connected(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(REACH_MS) });
  } finally {
    socket.destroy();
  }
}

async function tried(about: string, reach: () => Promise<void>): Promise<Finding> {
  try {
    await reach();
    return { is: 'good', about, says: 'reachable' };
  } catch (error) {
    const next = 'Make it reachable, or point the binding (or setting) elsewhere.';
    return { is: 'bad', about, says: `not reachable: ${reasonOf(error)}`, next };
  }
}

function probed(target: StorageTarget): Promise<void> {
  const worker = inProcessAgent({ volumes: createVolumes(), clock: systemClock() });
  return worker.probe(target, { signal: AbortSignal.timeout(REACH_MS * 2), need: 'read' });
}

/** Any answer will do. */
async function reached(endpoint = ''): Promise<void> {
  await fetch(endpoint, { signal: AbortSignal.timeout(REACH_MS) });
}
