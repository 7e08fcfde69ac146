import { nearest } from '../base/nearest.ts';
import { operations } from '../model/service.ts';
import type { Fault, FaultKind } from './fault.ts';
import {
  checked,
  choice,
  FaultRuleError,
  type Members,
  milliseconds,
  oneOrMore,
  required,
  share,
  text,
  wholeNumber,
} from './members.ts';
import type { FaultPhase, StorageCall, Where } from './occasion.ts';

/** A rule, as JSON: what goes wrong, where and when. */
export interface FaultRule {
  /** Default: `rule-1` and so on. */
  readonly id?: string;
  /** The name of a fault. */
  readonly fault: string;
  /** Default: everywhere. */
  readonly where?: Where;
  /** Default: always. */
  readonly when?: When;
  /** What the fault itself takes. */
  readonly with?: Readonly<Record<string, unknown>>;
}

/** When a rule holds. Of several members all must hold. */
export interface When {
  readonly nth?: number;
  readonly times?: number;
  readonly afterFiles?: number;
  readonly afterBytes?: number;
  readonly afterPart?: number;
  readonly afterMs?: number;
  readonly forMs?: number;
  readonly probability?: number;
}

/** A rule that can be taken. */
export interface CheckedRule {
  /** As it was given. */
  readonly rule: FaultRule;
  readonly fault: Fault;
  /** What its fault is given, fallbacks filled in. */
  readonly values: Readonly<Record<string, unknown>>;
}

const CALLS: readonly StorageCall[] = [
  'open',
  'list',
  'stat',
  'read',
  'write',
  'make-directory',
  'remove',
  'set-metadata',
  'link',
];

const PHASES: readonly FaultPhase[] = ['launch', 'prepare', 'transfer', 'verify'];

const location = oneOrMore(text('The location: its ARN, its id, or the beginning of its URI'));
const agent = oneOrMore(text('An agent that takes part: its ARN, id or name'));
const task = oneOrMore(text('The task: its ARN, id or name'));
const execution = oneOrMore(text('The execution: its ARN or id'));
const phase = oneOrMore(choice('The phase in which the execution is', PHASES));

const api: Members = {
  operation: oneOrMore({
    about: 'The operation that is called, such as CreateTask',
    takes: 'the name of an operation of DataSync, such as CreateTask',
    accepts: (value) => typeof value === 'string' && operations.has(value),
    choices: [...operations.keys()],
  }),
  region: oneOrMore(text('The Region that the request names')),
  agent: oneOrMore(text('An agent that the request names: its ARN, id or name')),
  location: oneOrMore(
    text('A location that the request names: its ARN, its id, or the beginning of its URI'),
  ),
  task: oneOrMore(text('The task that the request names: its ARN, id or name')),
  execution: oneOrMore(text('The execution that the request names: its ARN or id')),
};

const side = oneOrMore(choice('The side of the transfer', ['source', 'destination']));

/** What `where` takes, by kind of fault. */
export const WHERE: { readonly [kind in FaultKind]: Members } = {
  api,
  storage: {
    side,
    call: oneOrMore(choice('What is asked of the storage', CALLS)),
    path: oneOrMore(text('A pattern in the grammar of filters, such as /dir or *.tmp or /a|/b')),
    location,
    phase,
    agent,
    task,
    execution,
  },
  location: { side, location, agent, task, execution },
  agent: { agent },
  execution: { phase, location, agent, task, execution },
};

const often: Members = {
  nth: wholeNumber('Only the nth time that it would strike', { from: 1 }),
  times: wholeNumber('So many times; 1 is once', { from: 1 }),
  probability: share('Each time with this probability, from the seed'),
};

const timed: Members = {
  afterMs: milliseconds('So long after the rule was added'),
  forMs: milliseconds('For so long; then the rule is over'),
};

const progress: Members = {
  afterFiles: wholeNumber('Once the execution has written so many files'),
  afterBytes: wholeNumber('Once the execution has written so many bytes'),
  afterPart: share('Once the execution has written this part of what it prepared, such as 0.5'),
};

/** What `when` takes, by kind of fault. */
export const WHEN: { readonly [kind in FaultKind]: Members } = {
  api: { ...often, ...timed },
  storage: { ...often, ...progress, ...timed },
  location: { ...often, ...timed },
  agent: timed,
  execution: { ...often, ...progress, ...timed },
};

const RULE: Members = {
  id: text('By which it is changed and removed'),
  fault: required(text('The name of a fault', 'the name of a fault, such as permission-denied')),
  where: anything('Where'),
  when: anything('When'),
  with: anything('What the fault takes'),
};

function anything(about: string) {
  return { about, takes: 'an object', accepts: () => true };
}

/** Faults by name, and those that are known but not built, with the reason. */
export interface FaultTable {
  readonly faults: ReadonlyMap<string, Fault>;
  readonly notBuilt: ReadonlyMap<string, string>;
}

/**
 * A rule as it came from outside, found good.
 * @throws FaultRuleError naming the member
 */
export function checkRule(given: unknown, table: FaultTable): CheckedRule {
  const rule = checked(RULE, given, 'rule') as unknown as FaultRule;
  const fault = table.faults.get(rule.fault);
  if (!fault) throw unknownFault(rule.fault, table);
  if (rule.id !== undefined && !/^[\w.:-]+$/.test(rule.id)) {
    throw new FaultRuleError(
      `rule.id cannot be ${JSON.stringify(rule.id)}. Give letters, digits and any of . : _ -`,
    );
  }
  checked(WHERE[fault.kind], rule.where ?? {}, 'where');
  refuseOtherSide(fault, rule);
  checked(WHEN[fault.kind], rule.when ?? {}, 'when');
  return { rule, fault, values: checked(fault.with, rule.with ?? {}, 'with') };
}

function refuseOtherSide({ name, side, onlySide }: Fault, { where }: FaultRule): void {
  if (!onlySide || where?.side === undefined || [where.side].flat().every((one) => one === side)) return;
  throw new FaultRuleError(
    `where.side cannot be ${JSON.stringify(where.side)}: ${name} is about the ${side} only. Leave it out.`,
  );
}

function unknownFault(name: string, { faults, notBuilt }: FaultTable): FaultRuleError {
  const reason = notBuilt.get(name);
  if (reason !== undefined) return new FaultRuleError(`rule.fault ${name} is not built: ${reason}`);
  const near = nearest(name, faults.keys());
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new FaultRuleError(
    `rule.fault cannot be ${JSON.stringify(name)}: there is no such fault.${hint} There are: ${[...faults.keys()].join(', ')}.`,
  );
}
