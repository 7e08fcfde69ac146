import type { Test } from 'tap';
import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import type { Backend } from '../../../src/storage/backend.ts';
import { NfsFailure } from '../../../src/storage/nfs/nfs-client.ts';
import { nfsTree } from '../../../src/storage/nfs/nfs-tree.ts';
import { type FakeCall, FakeNfs } from './fake-nfs.ts';

export interface Opened {
  readonly client: FakeNfs;
  readonly clock: VirtualClock;
  readonly backend: Backend;
}

/** A backend over a server in memory; it goes with the test. */
export async function opened(t: Test, client = new FakeNfs(), stagingId?: string): Promise<Opened> {
  const clock = new VirtualClock();
  const backend = await nfsTree(client, { label: 'nfs://fake/export', clock, stagingId });
  t.teardown(() => backend[Symbol.asyncDispose]());
  return { client, clock, backend };
}

/** Trouble with the `nth` call of a procedure, the first being 1. */
export function failing(procedure: string, status: string, nth = 1): (call: FakeCall) => void {
  let seen = 0;
  return (call) => {
    if (call.procedure === procedure && ++seen === nth) throw new NfsFailure(status, procedure);
  };
}

/** Trouble with every call of a procedure. */
export function refusing(procedure: string, status: string): (call: FakeCall) => void {
  return (call) => {
    if (call.procedure === procedure) throw new NfsFailure(status, procedure);
  };
}
