import type { Scope } from './control-plane.ts';
import type { Kept } from './records.ts';

/** Records by ARN. */
export interface Collection<Record extends Kept> {
  get(arn: string): Record | undefined;
  /** Adds it, or replaces the one with its ARN. Kept durably before this returns, where there is a store. */
  put(record: Record): void;
  delete(arn: string): void;
  /** Those of one account and Region, in the order they were added. */
  of(scope: Scope): readonly Record[];
  /** All, in the order they were added. */
  all(): readonly Record[];
}
