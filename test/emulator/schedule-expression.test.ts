import t from 'tap';
import { parseSchedule } from '../../src/emulator/schedule-expression.ts';

function problem(expression: string): string {
  const parsed = parseSchedule(expression);
  return parsed.ok ? `${expression} was accepted` : parsed.problem;
}

/** The next times after 1 January 2026, a Thursday, as `MM-DD HH:mm`. */
function next(expression: string, count = 2): string[] {
  const parsed = parseSchedule(expression);
  if (!parsed.ok) return [parsed.problem];
  const since = Date.UTC(2026, 0, 1);
  const times: number[] = [];
  for (let at = parsed.timetable.next(since, since); at !== undefined && times.length < count; ) {
    times.push(at);
    at = parsed.timetable.next(at, since);
  }
  return times.map((at) => new Date(at).toISOString().slice(5, 16).replace('T', ' '));
}

t.test('expressions that are none', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /six fields .* this one has 0/],
    ['cron()', /this one has 0/],
    ['nonsense', /this one has 1/],
    ['cron(0 8 * * 3#1)', /this one has 5/],
    ['cron(0 12 * * ? * *)', /this one has 7/],
    ['at(2026-01-01T00:00:00)', /rate\(value unit\) or cron\(fields\)/],
    ['cron(0 12 * * ? *', /rate\(value unit\) or cron/],
    ['rate()', /positive whole number/],
    ['rate(0 hours)', /positive whole number/],
    ['rate(-1 hours)', /positive whole number/],
    ['rate(1.5 hours)', /positive whole number/],
    ['rate(2 weeks)', /positive whole number/],
    ['rate(1 hours)', /written "hour"/],
    ['rate(2 day)', /written "days"/],
    ['cron(0 12 * * * *)', /must be "\?"/],
    ['cron(0 12 ? * ? *)', /must be "\?"/],
    ['cron(? 12 * * ? *)', /"\?" stands alone/],
    ['cron(0 12 ?,1 * MON *)', /"\?" stands alone/],
    ['cron(60 12 * * ? *)', /minutes goes from 0 to 59; 60 is outside/],
    ['cron(0 24 * * ? *)', /hours goes from 0 to 23/],
    ['cron(0 0 0 * ? *)', /day of month goes from 1 to 31; 0/],
    ['cron(0 0 * 13 ? *)', /month goes from 1 to 12/],
    ['cron(0 0 ? * 0 *)', /day of week goes from 1 to 7; 0 is outside/],
    ['cron(0 0 ? * 8 *)', /day of week goes from 1 to 7/],
    ['cron(0 0 * * ? 1969)', /year goes from 1970 to 2199/],
    ['cron(0 0 ? * +MON *)', /day of week cannot be/],
    ['cron(0 0 ? * FUNDAY *)', /^Cron: /],
    ['cron(0 0 ? * 2#6 *)', /^Cron: /],
    ['cron(0 20-4 * * ? *)', /^Cron: /],
    ['cron(0 0 1-3W * ? *)', /^Cron: /],
  ];
  for (const [expression, said] of cases) t.match(problem(expression), said, expression);
});

t.test('what would run more often than hourly', async (t) => {
  for (const expression of [
    'rate(59 minutes)',
    'rate(1 minute)',
    'cron(*/5 * * * ? *)',
    'cron(0/30 * * * ? *)',
    'cron(0,59 3 * * ? *)',
    'cron(* 0 1 1 ? *)',
    'cron(0-1 23 L * ? *)',
  ]) {
    t.match(problem(expression), /least time between two runs of a schedule is 1 hour/, expression);
  }
});

t.test('what never runs', async (t) => {
  t.match(problem('cron(0 0 31 2 ? *)'), /never comes due/);
  t.match(problem('cron(0 0 1 1 ? 2001)'), /never comes due/);
});

t.test('rates count from when they were set', async (t) => {
  t.strictSame(next('rate(1 hour)'), ['01-01 01:00', '01-01 02:00']);
  t.strictSame(next('rate(60 minutes)'), ['01-01 01:00', '01-01 02:00']);
  t.strictSame(next('rate(12 hours)'), ['01-01 12:00', '01-02 00:00']);
  t.strictSame(next('rate(7 days)'), ['01-08 00:00', '01-15 00:00']);
  const parsed = parseSchedule('rate(2 hours)');
  const since = Date.UTC(2026, 0, 1, 0, 30);
  t.equal(
    parsed.ok && parsed.timetable.next(Date.UTC(2026, 0, 1, 5), since),
    Date.UTC(2026, 0, 1, 6, 30),
    'what was missed is not made up',
  );
});

t.test('cron has EventBridge’s fields and signs', async (t) => {
  const cases: [string, string[]][] = [
    ['cron(0 12 ? * SUN,WED *)', ['01-04 12:00', '01-07 12:00']],
    ['0 12 ? * SUN,WED *', ['01-04 12:00', '01-07 12:00']],
    ['cron(15 10 ? * 1 *)', ['01-04 10:15', '01-11 10:15']],
    ['cron(0 0 ? * 7 *)', ['01-03 00:00', '01-10 00:00']],
    ['cron(0 18 ? * MON-FRI *)', ['01-01 18:00', '01-02 18:00']],
    ['cron(0 8 1 * ? *)', ['01-01 08:00', '02-01 08:00']],
    ['cron(0 0 L * ? *)', ['01-31 00:00', '02-28 00:00']],
    ['cron(0 0 3W * ? *)', ['01-02 00:00', '02-03 00:00']],
    ['cron(0 0 ? * L *)', ['01-03 00:00', '01-10 00:00']],
    ['cron(0 0 ? * 6L *)', ['01-30 00:00', '02-27 00:00']],
    ['cron(0 8 ? * 3#1 *)', ['01-06 08:00', '02-03 08:00']],
    ['cron(0 0/6 * * ? *)', ['01-01 06:00', '01-01 12:00']],
    ['cron(30 3/8 * * ? *)', ['01-01 03:30', '01-01 11:30']],
    ['cron(5/60 * * * ? *)', ['01-01 00:05', '01-01 01:05']],
    ['cron(0 0 1 jan,JUL ? 2027-2028)', ['01-01 00:00', '07-01 00:00']],
  ];
  for (const [expression, times] of cases) t.strictSame(next(expression), times, expression);
});

t.test('a schedule can come to its end', async (t) => {
  t.strictSame(next('cron(0 0 1 3,6 ? 2026)', 5), ['03-01 00:00', '06-01 00:00']);
});
