// The contract of every storage (src/storage/backend.ts), as a table of clauses. Each clause gets a fresh place.
// What a storage cannot do follows from its capabilities and absent methods, never from its name.

import t, { type Test } from 'tap';
import type { Backend } from '../../src/storage/backend.ts';
import type { Clauses } from './backend-clause.ts';
import { contentClauses } from './backend-content.ts';
import { failureClauses } from './backend-failures.ts';
import { linkClauses } from './backend-links.ts';
import { listingClauses } from './backend-listing.ts';
import { metadataClauses } from './backend-metadata.ts';

export interface BackendUnderTest {
  /** Opens an empty place that nothing else uses. The suite disposes the backend; what else is to be undone goes to `t.teardown`. */
  open(t: Test): Promise<Backend>;
  /** Clauses that do not hold here: the clause's name and the reason, which is shown. */
  readonly except?: Readonly<Record<string, string>>;
}

const clauses: Clauses = {
  ...contentClauses,
  ...listingClauses,
  ...metadataClauses,
  ...linkClauses,
  ...failureClauses,
};

/** Checks every clause of the contract over one kind of backend. */
export function backendContract(name: string, { open, except = {} }: BackendUnderTest): void {
  for (const clause of Object.keys(except)) {
    if (!clauses[clause])
      throw new Error(`There is no clause ${JSON.stringify(clause)} to be excepted from.`);
  }
  t.test(`${name} keeps the backend contract`, async (t) => {
    for (const [title, clause] of Object.entries(clauses)) {
      const exception = except[title];
      await t.test(title, exception ? { skip: exception } : {}, async (t) => {
        await using backend = await open(t);
        const reason = clause.unless?.(backend);
        if (reason) t.pass('applies', { skip: reason });
        else await clause.check(t, backend);
      });
    }
  });
}
