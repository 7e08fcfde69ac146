import type { Test } from 'tap';
import type { Backend } from '../../src/storage/backend.ts';

/** One promise of the contract. */
export interface Clause {
  /** Why the clause says nothing about this backend; undefined when it applies. */
  readonly unless?: (backend: Backend) => string | undefined;
  check(t: Test, backend: Backend): Promise<void>;
}

export type Clauses = Readonly<Record<string, Clause>>;

/** For clauses about directories that are things of their own. */
export function unlessReal(backend: Backend): string | undefined {
  return backend.capabilities.directories === 'real'
    ? undefined
    : 'directories come with their children here';
}
