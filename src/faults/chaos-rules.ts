// Rules in the words of LocalStack's chaos API, taken as they are.

import { operations } from '../model/service.ts';
import type { Faults } from './faults.ts';
import { checked, type Members, share, text, wholeNumber } from './members.ts';
import type { FaultRule } from './rule.ts';

/** @source LocalStack documentation, "Chaos API": members and their defaults */
export interface ChaosRule {
  readonly region?: string;
  /** Absent: every service. */
  readonly service?: string;
  /** Absent: every operation. */
  readonly operation?: string;
  /** Absent: 1. */
  readonly probability?: number;
  /** Absent: ServiceUnavailable, 503. */
  readonly error?: { readonly statusCode?: number; readonly code?: string };
}

const MEMBERS: Members = {
  region: text('The Region'),
  service: text('The service, such as datasync'),
  operation: text('The operation, such as CreateTask'),
  probability: share('The probability'),
  error: {
    about: 'The error',
    takes: 'an object with statusCode and code',
    accepts: (value) => typeof value === 'object' && value !== null,
  },
};

const ERROR: Members = {
  statusCode: wholeNumber('The status', { from: 400, to: 599 }),
  code: text('The code, such as ThrottlingException'),
};

/** Whether a body is LocalStack's: an array none of whose members names a fault. */
export function isChaosBody(body: unknown): body is readonly unknown[] {
  return (
    Array.isArray(body) && body.every((one) => typeof one === 'object' && one !== null && !('fault' in one))
  );
}

/** A rule of LocalStack's and what has become of it here. */
export interface KeptChaosRule extends ChaosRule {
  /** Of the rule that strikes. */
  readonly id?: string;
  /** Why it never strikes. */
  readonly note?: string;
}

/** The rules that were given in LocalStack's words. Each that may strike is a rule of ours, with an id. */
export class ChaosRules {
  readonly #faults: Pick<Faults, 'add' | 'remove' | 'get'>;
  #kept: readonly { readonly rule: ChaosRule; readonly id: string | undefined }[] = [];

  constructor(faults: Pick<Faults, 'add' | 'remove' | 'get'>) {
    this.#faults = faults;
  }

  list(): KeptChaosRule[] {
    return this.#kept
      .filter(({ id }) => id === undefined || this.#faults.get(id))
      .map(({ rule, id }) => {
        const note = whyNever(rule);
        return { ...rule, ...(id !== undefined && { id }), ...(note !== undefined && { note }) };
      });
  }

  /** As LocalStack's POST. @throws FaultRuleError naming the member; nothing is changed then */
  replace(given: readonly unknown[]): void {
    const rules = given.map(checkedRule);
    this.clear();
    this.#add(rules);
  }

  /** As LocalStack's PATCH. @throws FaultRuleError naming the member; nothing is changed then */
  add(given: readonly unknown[]): void {
    this.#add(given.map(checkedRule));
  }

  /** As LocalStack's DELETE: those that are equal to one of these. @throws FaultRuleError naming the member */
  remove(given: readonly unknown[]): void {
    const gone = given.map(checkedRule);
    const isGone = ({ rule }: { rule: ChaosRule }) => gone.some((one) => same(one, rule));
    for (const { id } of this.#kept.filter(isGone)) if (id !== undefined) this.#faults.remove(id);
    this.#kept = this.#kept.filter((one) => !isGone(one));
  }

  clear(): void {
    for (const { id } of this.#kept) if (id !== undefined) this.#faults.remove(id);
    this.#kept = [];
  }

  #add(rules: readonly ChaosRule[]): void {
    const added = rules.map((rule) => {
      const [own] = whyNever(rule) === undefined ? this.#faults.add(ownRule(rule)) : [];
      return { rule, id: own?.id };
    });
    this.#kept = [...this.#kept, ...added];
  }
}

/** @throws FaultRuleError naming the member */
function checkedRule(given: unknown): ChaosRule {
  const rule = checked(MEMBERS, given, 'rule') as ChaosRule;
  if (rule.error !== undefined) checked(ERROR, rule.error, 'rule.error');
  return rule;
}

/** Why it never strikes here; undefined when it may. */
function whyNever({ service, operation }: ChaosRule): string | undefined {
  if (service !== undefined && service !== 'datasync') {
    return `The service ${service} is kept and never struck: only DataSync is emulated with faults.`;
  }
  return operation === undefined || operations.has(operation)
    ? undefined
    : `DataSync has no operation ${operation}: the rule is kept and never strikes.`;
}

/** The same in our own words. */
function ownRule({ region, operation, probability, error = {} }: ChaosRule): FaultRule {
  const where = { ...(region !== undefined && { region }), ...(operation !== undefined && { operation }) };
  const { code = 'ServiceUnavailable', statusCode = 503 } = error;
  return {
    fault: 'api-error',
    ...(Object.keys(where).length > 0 && { where }),
    ...(probability !== undefined && { when: { probability } }),
    with: { code, status: statusCode },
  };
}

const same = (one: ChaosRule, other: ChaosRule) =>
  JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

const sorted = ({ region, service, operation, probability, error }: ChaosRule) => [
  region,
  service,
  operation,
  probability,
  error?.statusCode,
  error?.code,
];
