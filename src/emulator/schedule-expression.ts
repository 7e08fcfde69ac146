import { Cron } from 'croner';

/** When a schedule is due. Instants are ms since the epoch; all fields are UTC. */
export interface Timetable {
  /**
   * The first time after `after`; undefined: never again.
   * @param since when the schedule was set; a rate counts from there
   */
  next(after: number, since: number): number | undefined;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly timetable: Timetable }
  | { readonly ok: false; readonly problem: string };

const HOUR_MS = 3_600_000;

/** @source Amazon EventBridge user guide, "Rate expressions" */
const UNITS_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: HOUR_MS, day: 24 * HOUR_MS };

/** A day on which no wildcard is special, so that the check of an expression gives the same answer always. */
const ANY_TIME = Date.UTC(2026, 0, 1);

const no = (problem: string): ParsedSchedule => ({ ok: false, problem });

/**
 * `rate(12 hours)`, `cron(0 12 ? * SUN,WED *)`, or the six fields alone.
 * @source AWS user guide, "Scheduling your task": EventBridge's rules, at least one hour between two runs;
 *   AWS API Reference, CreateTask: a sample has the six fields without `cron( )`
 */
export function parseSchedule(expression: string): ParsedSchedule {
  const text = expression.trim();
  const rate = /^rate\(([^()]*)\)$/.exec(text);
  if (rate) return parseRate(rate[1] ?? '');
  const cron = /^cron\(([^()]*)\)$/.exec(text);
  if (cron) return parseCron(cron[1] ?? '');
  if (text.includes('(') || text.includes(')')) {
    return no('It must be rate(value unit) or cron(fields).');
  }
  return parseCron(text);
}

function parseRate(inside: string): ParsedSchedule {
  const [, digits = '', unit = '', plural = ''] =
    /^(\d{1,9}) +(minute|hour|day)(s?)$/.exec(inside.trim()) ?? [];
  const value = Number(digits);
  const unitMs = UNITS_MS[unit];
  if (unitMs === undefined || value === 0) {
    return no(
      'A rate is a positive whole number and a unit, such as rate(1 hour), rate(12 hours) or rate(1 day).',
    );
  }
  if ((value === 1) === (plural === 's')) {
    return no(`The unit for ${value} is written "${value === 1 ? unit : `${unit}s`}".`);
  }
  const everyMs = value * unitMs;
  if (everyMs < HOUR_MS) return no(TOO_OFTEN);
  const next = (after: number, since: number) =>
    since + Math.max(1, Math.floor((after - since) / everyMs) + 1) * everyMs;
  return { ok: true, timetable: { next } };
}

const TOO_OFTEN = 'The least time between two runs of a schedule is 1 hour.';

/** @source Amazon EventBridge user guide, "Cron expressions" */
const FIELDS = [
  { name: 'minutes', first: 0, last: 59 },
  { name: 'hours', first: 0, last: 23 },
  { name: 'day of month', first: 1, last: 31 },
  { name: 'month', first: 1, last: 12 },
  { name: 'day of week', first: 1, last: 7 },
  { name: 'year', first: 1970, last: 2199 },
] as const;

function parseCron(inside: string): ParsedSchedule {
  const fields = inside.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return no(
      `A cron expression has six fields (${FIELDS.map(({ name }) => name).join(', ')}); this one has ${inside.trim() === '' ? 0 : fields.length}.`,
    );
  }
  const problem = dayProblem(fields) ?? valueProblem(fields);
  if (problem) return no(problem);
  try {
    return fromCron(openCron(fields));
  } catch (error) {
    return no(readable(error));
  }
}

/** Exactly one of the two fields of days is "?". */
function dayProblem(fields: readonly string[]): string | undefined {
  if (fields.some((field, index) => field.includes('?') && (field !== '?' || (index !== 2 && index !== 4)))) {
    return '"?" stands alone, and only for the day of month or the day of week.';
  }
  if ((fields[2] === '?') === (fields[4] === '?')) {
    return 'One of day of month and day of week must be "?", and the other one must not.';
  }
  return undefined;
}

/** What croner takes and EventBridge does not: signs of its own, day 0 or 8, any year. */
function valueProblem(fields: readonly string[]): string | undefined {
  for (const [index, { name, first, last }] of FIELDS.entries()) {
    const field = fields[index] ?? '';
    if (!/^[\w,*/?#-]+$/.test(field)) return `The ${name} cannot be "${field}".`;
    const numbers = field.split(/[,-]/).flatMap((part) => /^\d+/.exec(part)?.map(Number) ?? []);
    const wrong = numbers.find((number) => number < first || number > last);
    if (wrong !== undefined) return `The ${name} goes from ${first} to ${last}; ${wrong} is outside.`;
  }
  return undefined;
}

/** Croner's fields begin with seconds; its alternative weekdays are EventBridge's (SUN is 1). */
function openCron(fields: readonly string[]): Cron {
  const pattern = ['0', ...fields.map(inCronerWords)].join(' ');
  return new Cron(pattern, { paused: true, mode: '7-part', alternativeWeekdays: true, timezone: 'UTC' });
}

/** What EventBridge has and croner writes otherwise: `5/15` (from 5 on, every 15), and `L` for Saturday. */
function inCronerWords(field: string, index: number): string {
  const last = FIELDS[index]?.last ?? '';
  const spread = field.replace(/(^|,)(\w+)\/(\d+)(?=,|$)/g, `$1$2-${last}/$3`);
  return index === 4 && spread.toUpperCase() === 'L' ? '7' : spread;
}

function fromCron(cron: Cron): ParsedSchedule {
  // Two fires within an hour, if there are any, are among the first three: an hour has more than one.
  const fires = cron.nextRuns(3, new Date(ANY_TIME)).map((fire) => fire.getTime());
  if (fires.length === 0) return no('It never comes due.');
  if (fires.some((fire, index) => index > 0 && fire - (fires[index - 1] ?? 0) < HOUR_MS))
    return no(TOO_OFTEN);
  const next = (after: number) => cron.nextRun(new Date(after))?.getTime();
  return { ok: true, timetable: { next } };
}

function readable(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^CronPattern: (Syntax error, )?/, 'Cron: ');
}
