import type { Test } from 'tap';
import type { Backend } from '../../src/storage/backend.ts';
import type { RunWishes } from '../transfer/runs.ts';
import type { Tree } from '../transfer/trees.ts';

/** One run of the engine, from before to after. */
export interface Story extends RunWishes {
  readonly source: Tree;
  /** Nothing: an empty location whose root is stamped otherwise than the source's. */
  readonly destination?: Tree;
  /** Why it cannot be told of these two. */
  unless?(source: Backend, destination: Backend): string | undefined;
  before?(source: Backend, destination: Backend): Promise<void>;
  wrapSource?(inner: Backend): Backend;
  wrapDestination?(inner: Backend): Backend;
  /** Lines of `runs.ts`, in no order. */
  readonly told: readonly string[];
  readonly tree: Tree;
  readonly verified?: number;
  /** Such as `transfer false`: it ended, and something failed in it. */
  readonly phases?: readonly string[];
  after?(t: Test, source: Backend, destination: Backend): Promise<void>;
}

/** Directories of the storages are things of their own. */
export const impliedDirectories = (_: Backend, { capabilities }: Backend): string | undefined =>
  capabilities.directories === 'implied'
    ? 'a file and a directory of one name can live side by side'
    : undefined;
