// Room: harness. Configuration, and the one place where everything is put together.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { dataSyncProtocol, type Protocol } from '../api/json-protocol.ts';
import { listen, type RunningServer } from '../api/server.ts';
import type { Clock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { SteerableClock } from '../base/steerable-clock.ts';
import { actions } from '../emulator/actions/index.ts';
import { assembleControlPlane, type LiveControlPlane } from '../emulator/assemble.ts';
import type { ExecutionProblem } from '../emulator/execution-problem.ts';
import type { Whose } from '../emulator/reset.ts';
import type { Settings } from '../emulator/settings.ts';
import { createTargets } from '../emulator/targets.ts';
import { Faults } from '../faults/faults.ts';
import { faultTable } from '../faults/index.ts';
import type { Buckets } from '../s3/buckets.ts';
import { createS3, type S3Endpoint } from '../s3/endpoint.ts';
import { createVolumes, type Volumes } from '../storage/volumes.ts';
import { createChanges } from './changes.ts';
import { type Config, configFrom, silenceSdkWarning } from './config.ts';
import type { ConfigDocument } from './config-document.ts';
import { type EmulatorClock, emulatorClock } from './emulator-clock.ts';
import { lateAgent } from './late-agent.ts';
import { type ResetResult, type Resettable, reset } from './reset.ts';
import type { Inside } from './routes/own-route.ts';
import { timeAndChance } from './time-and-chance.ts';

/** What an emulator is given beside its configuration. */
export interface EmulatorParts {
  /** Default: real time that can be held and moved, by `emulator.clock` and over HTTP. One that is given here cannot. */
  readonly clock?: Clock;
  /** Default: silence. */
  readonly log?: Log;
  /** Default: from the configuration's seed, else from the machine. */
  readonly random?: Random;
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4567`: DataSync and S3 alike. */
  readonly endpoint: string;
  readonly port: number;
  /** The in-memory volumes, such as `nas.memory`, to fill and to look into. */
  readonly volumes: Volumes;
  /** What the embedded S3 holds. */
  readonly buckets: Buckets;
  /** Undefined: it was given a clock of its own. */
  readonly clock: EmulatorClock | undefined;
  /** Trouble that is made on purpose: rules are added, changed and removed here, and tell what they struck. */
  readonly faults: Faults;
  readonly plane: LiveControlPlane;
  /** Items of an execution that did not go well, and why; the last 1,000. */
  problemsOf(executionArn: string): readonly ExecutionProblem[];
  /** See `/_datasync/reset`: everything, or the resources of an account or a Region. */
  reset(whose?: Whose): Promise<ResetResult>;
  /** Ends running executions (they become ERROR) and the server, within two seconds. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts an emulator in this process.
 * @param document settings, as they stand in a configuration file; the environment is not read
 * @throws ConfigError, StoreError, or an Error that names the address when it cannot be listened on
 */
export async function startEmulator(
  document: ConfigDocument = {},
  parts: EmulatorParts = {},
): Promise<Emulator> {
  return startFrom(configFrom(document), parts);
}

/** The same from a configuration that has been read already. */
export async function startFrom(config: Config, parts: EmulatorParts = {}): Promise<Emulator> {
  silenceSdkWarning();
  const { log = silentLog } = parts;
  const { clock, steered, realClock, random, seeded, s3Random } = timeAndChance(config.seed, parts);
  const changes = createChanges();
  const volumes = createVolumes();
  const credentials = config.signatures.verify ? config.signatures.credentials : undefined;
  const own = { accessKeyId: 'datasync-local', secretAccessKey: randomUUID() };
  const s3 = createS3({
    clock,
    realClock,
    random: s3Random,
    log,
    region: config.region,
    account: config.account,
    ...(config.dataDir !== undefined && { directory: join(config.dataDir, 's3') }),
    ...(credentials && { credentials: [...credentials, own] }),
  });
  const faults = new Faults({ clock, log, table: faultTable, seed: config.seed });
  const whenPut = deferred<Together>();
  const server = await listen({
    host: config.host,
    port: config.port,
    dataSync: async (request, requestId) => (await whenPut.promise).protocol(request, requestId),
    fallback: s3.handler,
    mounts: [{ path: '/_datasync', load: () => loadOwnRoutes(() => whenPut.promise) }],
    ready: () => whenPut.isDone(),
    clock,
    log,
  }).catch(async (error: unknown) => {
    await s3.close();
    throw error;
  });
  try {
    const worker = lateAgent(async () => {
      const { inProcessAgent } = await import('../agent/in-process-agent.ts');
      return inProcessAgent({ volumes, clock: realClock }, faults);
    });
    const settings = { ...settingsOf(config, server), ...(credentials && { ownS3Credentials: own }) };
    const targets = createTargets(settings);
    const observers = [changes.tell];
    const given = { clock, realClock, random, log, settings, targets, worker, faults, observers };
    const plane = assembleControlPlane(given);
    const defaults = { account: config.account, region: config.region };
    const signatures = credentials && { credentials, clock: realClock };
    const resettable = { plane, volumes, buckets: s3.buckets, faults, random: seeded };
    const ownClock = steered && emulatorClock({ clock: steered, plane, changes });
    whenPut.resolve({
      plane,
      clock: ownClock,
      faults,
      volumes,
      reset: (whose) => reset(resettable, whose),
      protocol: dataSyncProtocol({ actions, plane, log, defaults, signatures, faults }),
    });
    return running({ server, plane, volumes, s3, steered, clock: ownClock, resettable });
  } catch (error) {
    await server.close();
    await s3.close();
    throw error;
  }
}

async function loadOwnRoutes(inside: () => Promise<Inside>) {
  const { ownRoutes } = await import('./routes/own-routes.ts');
  return ownRoutes(inside);
}

/** What requests are answered with, known a moment after the server listens: executions need its address. */
interface Together extends Inside {
  readonly protocol: Protocol;
}

function settingsOf(config: Config, server: RunningServer): Settings {
  return {
    ownS3Endpoint: () => server.endpoint,
    s3: config.s3,
    bindings: config.bindings,
    pacing: config.pacing,
    dataDir: config.dataDir,
    maxTasks: config.quotas.tasks,
    maxQueued: config.quotas.queued,
  };
}

function running(parts: {
  readonly server: RunningServer;
  readonly plane: LiveControlPlane;
  readonly volumes: Volumes;
  readonly s3: S3Endpoint;
  readonly steered: SteerableClock | undefined;
  readonly clock: EmulatorClock | undefined;
  readonly resettable: Resettable;
}): Emulator {
  const { server, plane, volumes, s3, steered, clock, resettable } = parts;
  const { faults } = resettable;
  let closed: Promise<void> | undefined;
  const close = () => {
    faults.clear();
    closed ??= plane
      .shutdown()
      .finally(() => server.close())
      .finally(() => s3.close())
      .finally(() => steered?.stop());
    return closed;
  };
  return {
    endpoint: server.endpoint,
    port: server.port,
    volumes,
    buckets: s3.buckets,
    clock,
    faults,
    plane,
    reset: (whose = {}) => reset(resettable, whose),
    problemsOf: (executionArn) => plane.runner.problemsOf(executionArn),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function deferred<Value>() {
  let done = false;
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((fulfil) => {
    resolve = fulfil;
  });
  return {
    promise,
    isDone: () => done,
    resolve(value: Value) {
      done = true;
      resolve(value);
    },
  };
}
