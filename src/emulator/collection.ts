import { scopePart } from './arn.ts';
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
  /** Where it stands in that order: it grows with each newcomer, is never given again, and outlives a restart. */
  positionOf(arn: string): number | undefined;
}

/** What a store does on behalf of a collection. Each call is durable when it returns. */
export interface Keeper {
  put(record: Kept, position: number): void;
  delete(arn: string): void;
}

interface Slot<Record> {
  readonly position: number;
  record: Record;
}

/** A collection in memory; with a keeper, also wherever that one keeps it. */
export class LiveCollection<Record extends Kept> implements Collection<Record> {
  readonly #slots = new Map<string, Slot<Record>>();
  readonly #scopes = new Map<string, Map<string, Slot<Record>>>();
  readonly #nextPosition: () => number;
  readonly #keeper: Keeper | undefined;

  /**
   * @param nextPosition gives a higher number each time
   * @param kept what the keeper has, in order
   */
  constructor(
    nextPosition: () => number = counter(),
    keeper?: Keeper,
    kept: Iterable<{ readonly record: Record; readonly position: number }> = [],
  ) {
    this.#nextPosition = nextPosition;
    this.#keeper = keeper;
    for (const { record, position } of kept) this.#add(record, position);
  }

  get(arn: string): Record | undefined {
    return this.#slots.get(arn)?.record;
  }

  put(record: Record): void {
    const slot = this.#slots.get(record.arn);
    const position = slot?.position ?? this.#nextPosition();
    this.#keeper?.put(record, position);
    if (slot) slot.record = record;
    else this.#add(record, position);
  }

  delete(arn: string): void {
    if (!this.#slots.has(arn)) return;
    this.#keeper?.delete(arn);
    this.#slots.delete(arn);
    this.#scopes.get(scopePart(arn))?.delete(arn);
  }

  of(scope: Scope): readonly Record[] {
    return records(this.#scopes.get(scopePart(scope)));
  }

  all(): readonly Record[] {
    return records(this.#slots);
  }

  positionOf(arn: string): number | undefined {
    return this.#slots.get(arn)?.position;
  }

  #add(record: Record, position: number): void {
    const slot = { record, position };
    const scope = scopePart(record.arn);
    this.#slots.set(record.arn, slot);
    const inScope = this.#scopes.get(scope);
    if (inScope) inScope.set(record.arn, slot);
    else this.#scopes.set(scope, new Map([[record.arn, slot]]));
  }
}

/** Counts up from the number after `last`. */
export function counter(last = 0): () => number {
  let current = last;
  return () => {
    current += 1;
    return current;
  };
}

function records<Record>(slots: ReadonlyMap<string, Slot<Record>> | undefined): readonly Record[] {
  return slots ? Array.from(slots.values(), (slot) => slot.record) : [];
}
