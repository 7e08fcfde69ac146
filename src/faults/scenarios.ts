import { nearest } from '../base/nearest.ts';
import { checked, FaultRuleError, type Members, required, text } from './members.ts';
import type { FaultRule } from './rule.ts';

/** A bad day by its name: rules that belong together. */
export interface Scenario {
  readonly name: string;
  /** One sentence: what happens. */
  readonly summary: string;
  readonly rules: readonly FaultRule[];
}

/** The table of scenarios: a new one is an entry here. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'open file',
    summary:
      'Somebody has a file of the source open and does not share it: it is skipped, the rest is copied.',
    rules: [{ fault: 'sharing-violation', where: { side: 'source', call: 'read' }, when: { times: 1 } }],
  },
  {
    name: 'flaky bucket',
    summary: 'One in ten calls to the destination is answered SlowDown, and all of them take 20 ms longer.',
    rules: [
      { fault: 'slow', where: { side: 'destination' }, with: { latencyMs: 20 } },
      { fault: 'throttled', where: { side: 'destination' }, when: { probability: 0.1 } },
    ],
  },
  {
    name: 'agent drops at 50 %',
    summary:
      'Half way through, nothing is heard of the agent any more: the execution ends in ERROR a second later, and the agent is OFFLINE until the rule is removed.',
    rules: [{ fault: 'agent-lost', when: { afterPart: 0.5 }, with: { silenceMs: 1000 } }],
  },
  {
    name: 'disk full',
    summary: 'Half way through, the destination has no space left: what is still to come fails.',
    rules: [{ fault: 'no-space', where: { side: 'destination' }, when: { afterPart: 0.5 } }],
  },
  {
    name: 'throttled API',
    summary: 'Every other call of the API is refused with ThrottlingException.',
    rules: [{ fault: 'api-error', when: { probability: 0.5 }, with: { code: 'ThrottlingException' } }],
  },
  {
    name: 'lost answers',
    summary:
      'The connection is reset after StartTaskExecution has been carried out, once: does your code start it twice?',
    rules: [
      {
        fault: 'api-reset',
        where: { operation: 'StartTaskExecution' },
        when: { times: 1 },
        with: { carriedOut: true },
      },
    ],
  },
  {
    name: 'stuck in launching',
    summary: 'Executions stay in LAUNCHING until the rule is removed.',
    rules: [{ fault: 'execution-stays', where: { phase: 'launch' } }],
  },
  {
    name: 'busy source',
    summary: 'One in ten files of the source is written to between the listing and its copy.',
    rules: [{ fault: 'source-grows', when: { probability: 0.1 } }],
  },
  {
    name: 'agent maintenance',
    summary: 'All agents are OFFLINE for a minute, and then they are back.',
    rules: [{ fault: 'agent-offline', when: { forMs: 60_000 } }],
  },
  {
    name: 'bit rot',
    summary:
      'One in twenty files gets a flipped bit on its way to the destination; verification must find each.',
    rules: [{ fault: 'corruption', when: { probability: 0.05 } }],
  },
];

/** A scenario as it is asked for from outside. */
export interface ScenarioRequest extends Pick<FaultRule, 'where' | 'when'> {
  readonly scenario: string;
}

const REQUEST: Members = {
  scenario: required(text('The name of a scenario')),
  where: { about: 'Where', takes: 'an object', accepts: isBag },
  when: { about: 'When', takes: 'an object', accepts: isBag },
};

function isBag(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws FaultRuleError naming the member */
export function checkedScenario(body: unknown): ScenarioRequest {
  return checked(REQUEST, body, 'body') as unknown as ScenarioRequest;
}

/** @throws FaultRuleError when there is no such scenario */
export function rulesOfScenario(
  name: string,
  { where, when }: Pick<FaultRule, 'where' | 'when'>,
): FaultRule[] {
  const scenario = SCENARIOS.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!scenario) throw unknownScenario(name);
  return scenario.rules.map((rule) => ({
    ...rule,
    ...((rule.where || where) && { where: { ...rule.where, ...where } }),
    ...((rule.when || when) && { when: { ...rule.when, ...when } }),
  }));
}

function unknownScenario(name: string): FaultRuleError {
  const names = SCENARIOS.map((one) => one.name);
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
  const all = names.map((one) => JSON.stringify(one)).join(', ');
  return new FaultRuleError(
    `scenario cannot be ${JSON.stringify(name)}: there is no such scenario.${hint} There are: ${all}.`,
  );
}
