// The contract of faults, run over the example of each: it does what its summary says, seen through the public
// API; it ends when it is removed; the same seed has the same effect; what it cannot take is refused by its name.

import { DescribeAgentCommand, DescribeTaskCommand, ListTasksCommand } from '@aws-sdk/client-datasync';
import t, { type Test } from 'tap';
import type { Fault } from '../../src/faults/fault.ts';
import { FaultRuleError } from '../../src/faults/members.ts';
import { WHEN, WHERE } from '../../src/faults/rule.ts';
import { type Bench, bench, FILES, real } from '../faults/bench.ts';

/** How the effect of one fault is looked at. */
export interface Effect {
  /** A story whose outcome is the same as long as nothing is wrong. */
  readonly look: (bench: Bench) => Promise<Readonly<Record<string, unknown>>>;
  /** What is seen of it with the fault, as a pattern. */
  readonly sees: Readonly<Record<string, unknown>>;
}

export function faultContract(fault: Fault, { look, sees }: Effect): void {
  const { name, example } = fault;
  t.test(`the fault ${name}`, async (t) => {
    await t.test('does what it says, the same with the same seed', async (t) => {
      const outcomes = [await withFault(t), await withFault(t)];
      t.match(outcomes[0], sees, fault.summary);
      t.strictSame(outcomes[1], outcomes[0], 'the same again');
    });
    await t.test('ends when it is removed', async (t) => {
      const clean = await look(await bench(t));
      t.notMatch(clean, sees, 'without it nothing of that is seen');
      const its = await bench(t);
      const [rule] = its.emulator.faults.add(example);
      t.ok(its.emulator.faults.remove(rule?.id ?? ''));
      t.strictSame(await look(its), clean);
      t.notOk(its.emulator.faults.remove(rule?.id ?? ''), 'it is gone');
    });
    await t.test('refuses what it cannot take, by name', async (t) => refusals(t, fault));
  });

  async function withFault(t: Test) {
    const its = await bench(t);
    const [rule] = its.emulator.faults.add(example);
    const outcome = await look(its);
    t.ok(its.emulator.faults.hits(rule?.id).length > 0, 'its hit is recorded');
    its.emulator.faults.removeAll();
    return outcome;
  }
}

async function refusals(t: Test, fault: Fault): Promise<void> {
  const { faults } = (await bench(t)).emulator;
  const { example } = fault;
  const refused = (rule: object, member: string) => {
    const message = refusalOf(() => faults.add({ ...example, ...rule }));
    t.ok(message?.startsWith(`${member} `), `${member}: ${message}`);
  };
  for (const bag of ['where', 'when', 'with'] as const) {
    refused({ [bag]: { ...example[bag], nonsense: 1 } }, `${bag}.nonsense`);
    refused({ [bag]: 'nonsense' }, bag);
  }
  const tables = { where: WHERE[fault.kind], when: WHEN[fault.kind], with: fault.with };
  for (const [bag, table] of Object.entries(tables)) {
    for (const [name, member] of Object.entries(table)) {
      refused({ [bag]: { ...example[bag as 'with'], [name]: { not: 'this' } } }, `${bag}.${name}`);
      if (!member.required) continue;
      refused({ [bag]: { ...example[bag as 'with'], [name]: undefined } }, `${bag}.${name}`);
    }
  }
  t.strictSame(faults.list(), [], 'none of them was added');
}

function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof FaultRuleError ? error.message : String(error);
  }
}

/** The task, run to its end. */
export async function runStory({ run, copied, emulator }: Bench) {
  const { Status, Result, TaskExecutionArn = '' } = await run();
  const problems = emulator
    .problemsOf(TaskExecutionArn)
    .map(({ what, path, line, message }) => ({ what, path, line, message }));
  return {
    status: Status,
    errorCode: Result?.ErrorCode,
    errorDetail: Result?.ErrorDetail,
    one: copied('one'),
    two: copied('two'),
    others: Object.keys(FILES)
      .filter((path) => path !== 'one' && copied(path) !== undefined)
      .sort(),
    problems: problems.toSorted((a, b) => (a.line < b.line ? -1 : 1)),
  };
}

/** Real ms after which something that stands still is taken to stand still. */
const A_WHILE_MS = 300;

/** In which status an execution has come to rest. */
export async function restStory({ start, execution, ended, emulator }: Bench) {
  const arn = await start();
  const until = real.now() + A_WHILE_MS;
  let status = (await execution(arn)).Status;
  while (real.now() < until && status !== 'SUCCESS' && status !== 'ERROR') {
    await real.sleep(10);
    status = (await execution(arn)).Status;
  }
  emulator.faults.removeAll();
  return { status, endsIn: (await ended(arn)).Status };
}

/** How an agent and its task are shown, and what becomes of an execution. */
export async function agentStory(its: Bench) {
  const { datasync, agentArn: AgentArn, taskArn: TaskArn } = its;
  const look = async () => ({
    agent: (await datasync.send(new DescribeAgentCommand({ AgentArn }))).Status,
    task: (await datasync.send(new DescribeTaskCommand({ TaskArn }))).Status,
  });
  const before = await look();
  const during = await restStory(its);
  return { before, during, after: await look() };
}

/** A run to its end, and the agent afterwards. */
export async function lostStory(its: Bench) {
  const { status, errorCode, errorDetail } = await runStory(its);
  const { datasync, agentArn: AgentArn, taskArn: TaskArn } = its;
  const agent = await datasync.send(new DescribeAgentCommand({ AgentArn }));
  const task = await datasync.send(new DescribeTaskCommand({ TaskArn }));
  return { status, errorCode, errorDetail, agent: agent.Status, task: task.Status };
}

/** A call, and what comes of it. */
export async function callStory({ datasync }: Bench) {
  try {
    const { Tasks = [] } = await datasync.send(new ListTasksCommand({}));
    return { tasks: Tasks.length };
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { error: name, status: $metadata?.httpStatusCode };
  }
}

/** A call while time stands still: is it answered? */
export async function heldCallStory(its: Bench) {
  await its.emulator.clock?.steer({ mode: 'held' });
  let answered = false;
  const call = callStory(its).then((outcome) => {
    answered = true;
    return outcome;
  });
  await real.sleep(A_WHILE_MS);
  const inTime = answered;
  await its.emulator.clock?.steer({ advanceSeconds: 1 });
  return { inTime, ...(await call) };
}

/** A run while time stands still: does it come to its end? */
export async function heldStory(its: Bench) {
  await its.emulator.clock?.steer({ mode: 'held' });
  return restStory(its);
}
