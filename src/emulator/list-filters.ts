import type { Input } from '../model/operations.ts';
import { invalidParameter } from './errors.ts';
import type { TaskRecord } from './records.ts';

/** As ListTasks and ListLocations have it. */
interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
  readonly Operator?: string | undefined;
}

/** What a filter's name stands for. */
export type FilterKey<Item> =
  | { readonly type: 'text'; readonly of: (item: Item) => readonly string[] }
  /** ms since the epoch. */
  | { readonly type: 'time'; readonly of: (item: Item) => number };

type TextTest = (text: string, value: string) => boolean;
type TimeTest = (at: number, value: number) => boolean;

/** Operators that ask whether any value fits. @source AWS user guide, "Filtering resources", operators by type */
const TEXT: Readonly<Record<string, TextTest>> = {
  Equals: (text, value) => text === value,
  In: (text, value) => text === value,
  Contains: (text, value) => text.includes(value),
  BeginsWith: (text, value) => text.startsWith(value),
};

const TIME: Readonly<Record<string, TimeTest>> = {
  Equals: (at, value) => at === value,
  LessThan: (at, value) => at < value,
  LessThanOrEqual: (at, value) => at <= value,
  GreaterThan: (at, value) => at > value,
  GreaterThanOrEqual: (at, value) => at >= value,
};

/** An operator that asks whether no value fits, and the one it is the opposite of. */
const OPPOSITES: Readonly<Record<string, string>> = { NotEquals: 'Equals', NotContains: 'Contains' };

/**
 * Whether an item fits all filters (none: every item fits). Several values of one filter are alternatives.
 * @throws ServiceError when an operator is not for that name, or a value is no time
 */
export function matcher<Item>(
  filters: readonly Filter[] | undefined,
  keys: Readonly<Record<string, FilterKey<Item>>>,
): (item: Item) => boolean {
  const tests = (filters ?? []).map((filter) => {
    const key = keys[filter.Name ?? ''];
    if (!key)
      throw invalidParameter(`There is no filter named ${filter.Name}. Use ${Object.keys(keys).join(', ')}.`);
    return testOf(filter, key);
  });
  return (item) => tests.every((test) => test(item));
}

/** The filters of ListTasks. @source AWS user guide, "Filtering resources" */
export function taskMatcher(filters: Input<'ListTasks'>['Filters']): (task: TaskRecord) => boolean {
  return matcher<TaskRecord>(filters, {
    LocationId: { type: 'text', of: (task) => [task.sourceLocationArn, task.destinationLocationArn] },
    CreationTime: { type: 'time', of: (task) => task.createdAt },
  });
}

function testOf<Item>(filter: Filter, key: FilterKey<Item>): (item: Item) => boolean {
  const { Name: name = '', Values: values = [], Operator: asked = '' } = filter;
  if (values.length === 0) throw invalidParameter(`The filter ${name} has no values. Give at least one.`);
  const negative = asked in OPPOSITES;
  const operator = OPPOSITES[asked] ?? asked;
  const any =
    key.type === 'text'
      ? textTest(name, asked, operator, values, key.of)
      : timeTest(name, asked, operator, values, key.of);
  return (item) => any(item) !== negative;
}

function textTest<Item>(
  name: string,
  asked: string,
  operator: string,
  values: readonly string[],
  of: (item: Item) => readonly string[],
): (item: Item) => boolean {
  const test = TEXT[operator];
  if (!test) throw wrongOperator(name, asked, [...Object.keys(TEXT), ...Object.keys(OPPOSITES)]);
  return (item) => of(item).some((text) => values.some((value) => test(text, value)));
}

function timeTest<Item>(
  name: string,
  asked: string,
  operator: string,
  values: readonly string[],
  of: (item: Item) => number,
): (item: Item) => boolean {
  const test = asked === 'NotContains' ? undefined : TIME[operator];
  if (!test) throw wrongOperator(name, asked, [...Object.keys(TIME), 'NotEquals']);
  const times = values.map((value) => timeOf(name, value));
  return (item) => times.some(({ at, stepMs }) => test(Math.floor(of(item) / stepMs) * stepMs, at));
}

function wrongOperator(name: string, operator: string, allowed: readonly string[]) {
  return invalidParameter(
    `The operator ${operator} cannot be used with the filter ${name}. Use ${allowed.join(', ')}.`,
  );
}

/** Date and time with a space (as AWS shows it) or as ISO 8601; UTC unless it names another zone. */
const TIME_FORM = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(\.\d{1,3})?(Z|[+-]\d\d:\d\d)?)?$/;

/** `stepMs`: how exact the text is; times are compared that exactly. */
function timeOf(name: string, text: string): { at: number; stepMs: number } {
  const [, day, time = '00:00:00', fraction = '', zone = 'Z'] = TIME_FORM.exec(text) ?? [];
  const at = Date.parse(`${day}T${time}${fraction}${zone}`);
  if (day === undefined || Number.isNaN(at) || !isRealDay(day)) {
    throw invalidParameter(
      `The filter ${name} cannot read the time ${JSON.stringify(text)}. Write it in UTC as yyyy-MM-dd HH:mm:ss, such as 2019-12-15 17:15:20.`,
    );
  }
  return { at, stepMs: fraction === '' ? 1000 : 1 };
}

/** JavaScript takes 30 February for 2 March. */
function isRealDay(day: string): boolean {
  return new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day);
}
