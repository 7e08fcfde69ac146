// What may stand in a rule, as data: the same table checks rules, words refusals and makes the documentation.

import { nearest } from '../base/nearest.ts';

/** A rule that cannot be taken. Its message is for people: which member, what was given, what to give. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';
}

/** One member of a rule: what it takes. */
export interface Member<Value> {
  /** What it is for, as a sentence without its full stop. */
  readonly about: string;
  /** Completes "Give …". */
  readonly takes: string;
  accepts(value: unknown): boolean;
  /** The only values there are, where they can be counted. */
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** What holds when it is left out. */
  readonly fallback?: Value;
}

export type Members = Readonly<Record<string, Member<unknown>>>;

/** What a checked bag of such members holds. */
export type Values<Table extends Members> = {
  readonly [name in keyof Table]: Table[name] extends Member<infer Value> ? Value : never;
};

type Optional<Value> = Member<Value | undefined>;

interface Range {
  readonly from?: number;
  readonly to?: number;
}

function number(
  about: string,
  takes: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: Range,
  whole: boolean,
) {
  const accepts = (value: unknown) =>
    typeof value === 'number' &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    value >= from &&
    value <= to;
  return { about, takes, accepts };
}

function spanOf({ from = 0, to }: Range): string {
  return to === undefined ? `from ${from} up` : `from ${from} to ${to}`;
}

export const wholeNumber = (about: string, range: Range = {}): Optional<number> =>
  number(about, `a whole number ${spanOf(range)}`, range, true);

/** From 0 to 1. */
export const share = (about: string): Optional<number> =>
  number(about, 'a number from 0 to 1', { from: 0, to: 1 }, false);

/** ms of the emulator's clock; a day at most, so that no typing error waits for ever. */
export const milliseconds = (about: string): Optional<number> => {
  const range = { from: 0, to: 86_400_000 };
  return number(about, 'milliseconds, a whole number from 0 to 86400000 (a day)', range, true);
};

export const yesOrNo = (about: string): Optional<boolean> => ({
  about,
  takes: 'true or false',
  accepts: (value) => typeof value === 'boolean',
});

export const text = (about: string, takes = 'a text'): Optional<string> => ({
  about,
  takes,
  accepts: (value) => typeof value === 'string' && value !== '',
});

export function choice<Name extends string>(about: string, choices: readonly Name[]): Optional<Name> {
  const accepts = (value: unknown) => choices.some((one) => one === value);
  return { about, takes: `one of ${choices.join(', ')}`, accepts, choices };
}

/** One such value, or a list of them. */
export function oneOrMore<Value>(one: Member<Value>): Member<Value | readonly Value[]> {
  const accepts = (value: unknown) =>
    Array.isArray(value) ? value.length > 0 && value.every(one.accepts) : one.accepts(value);
  const { about, takes, choices } = one;
  return { about, takes: `${takes}, or a list of such`, accepts, ...(choices && { choices }) };
}

/** The same member, which is `value` when it is left out. */
export function usually<Value>(value: NonNullable<Value>, member: Member<Value>): Member<NonNullable<Value>> {
  return { ...member, fallback: value };
}

/** The same member, which may not be left out. */
export function required<Value>(member: Member<Value>): Member<NonNullable<Value>> {
  return { ...member, required: true } as Member<NonNullable<Value>>;
}

/**
 * The values of a bag, fallbacks filled in.
 * @param of the bag's place in the rule, such as `with`
 * @throws FaultRuleError naming the member
 */
export function checked<Table extends Members>(table: Table, bag: unknown, of: string): Values<Table> {
  if (typeof bag !== 'object' || bag === null || Array.isArray(bag)) {
    throw new FaultRuleError(`${of} cannot be ${shown(bag)}. Give an object, such as {}.`);
  }
  const given = bag as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined) throw unknownMember(table, unknown, of);
  const values = Object.entries(table).flatMap(([name, member]) => {
    const value = checkedValue(member, `${of}.${name}`, given[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values) as Values<Table>;
}

function checkedValue(member: Member<unknown>, path: string, value: unknown): unknown {
  if (value !== undefined && !member.accepts(value)) throw refused(member, path, value);
  if (value === undefined && member.required) {
    throw new FaultRuleError(`${path} is missing. Give ${member.takes}.`);
  }
  return value ?? member.fallback;
}

function unknownMember(table: Members, name: string, of: string): FaultRuleError {
  const names = Object.keys(table);
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` Did you mean ${of}.${near}?`;
  const all = names.length === 0 ? `It takes nothing in ${of}.` : `There are: ${names.join(', ')}.`;
  return new FaultRuleError(`${of}.${name} is nothing that this rule takes.${hint} ${all}`);
}

function refused({ takes, choices = [] }: Member<unknown>, path: string, value: unknown): FaultRuleError {
  const near = typeof value === 'string' ? nearest(value, choices) : undefined;
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new FaultRuleError(`${path} cannot be ${shown(value)}.${hint} Give ${takes}.`);
}

const shown = (value: unknown) => (JSON.stringify(value) ?? String(value)).slice(0, 100);
