// A location over a share that is made up, and ways to make trouble in it.

import type { Clock } from '../../../src/base/clock.ts';
import type { Backend } from '../../../src/storage/backend.ts';
import { smbFiles } from '../../../src/storage/smb/smb-files.ts';
import type { Command } from '../../../src/storage/smb/smb-tree.ts';
import { FakeTree } from './fake-tree.ts';

/** Time that passes as soon as somebody waits for it. */
export const clock: Clock = { now: () => 0, sleep: async () => undefined };

export async function open(tree: FakeTree, root = ''): Promise<Backend> {
  return smbFiles(tree, { label: 'smb://fake', root, stagingId: undefined, clock });
}

export async function fresh(): Promise<{ readonly tree: FakeTree; readonly backend: Backend }> {
  const tree = new FakeTree();
  return { tree, backend: await open(tree) };
}

/** Refuses or breaks at the `nth` request of a kind, once. */
export function once(tree: FakeTree, command: Command, what: number | 'break', nth = 1): void {
  let count = 0;
  tree.trouble = (request) => {
    if (request.command !== command) return undefined;
    count += 1;
    return count === nth ? what : undefined;
  };
}
