import { Command } from 'commander';
import { Failure } from './failure.ts';
import { askEmulator, type RemoteFlags, withRemoteFlags } from './remote.ts';

interface AddFlags extends RemoteFlags {
  readonly id?: string;
  readonly where?: readonly string[];
  readonly when?: readonly string[];
  readonly with?: readonly string[];
  readonly scenario?: string;
  readonly rule?: string;
}

/** A rule as the emulator tells it. */
interface Rule {
  readonly id: string;
  readonly fault: string;
  readonly state: string;
  readonly hits: number;
  readonly where?: object;
  readonly when?: object;
  readonly with?: object;
}

interface Hit {
  readonly at: string;
  readonly fault: string;
  readonly on: Readonly<Record<string, string>>;
}

const EXAMPLES = `
Examples:
  datasync-local faults add permission-denied --where side=source --where path=/reports
  datasync-local faults add api-error --where operation=CreateTask --when times=2 --with code=ThrottlingException
  datasync-local faults add --scenario 'agent drops at 50 %'
  datasync-local faults list
  datasync-local faults remove rule-1
What there is: docs/reference/faults.md`;

/** `datasync-local faults`: trouble that is made on purpose in a running emulator. */
export function faultsCommand(): Command {
  const command = new Command('faults').description('make things go wrong on purpose in a running emulator');
  const all = [addCommand(), listCommand(), removeCommand(), hitsCommand(), scenariosCommand()];
  for (const one of all)
    command.addCommand(withRemoteFlags(one).showHelpAfterError('(--help shows how)').exitOverride());
  return command.addHelpText('after', EXAMPLES);
}

const together = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

function addCommand(): Command {
  return new Command('add')
    .description('add a rule, or all rules of a scenario')
    .argument('[fault]', 'the name of a fault, such as permission-denied')
    .option('--where <member=value>', 'where it strikes; any number of times', together)
    .option('--when <member=value>', 'when it strikes; any number of times', together)
    .option('--with <member=value>', 'what the fault takes; any number of times', together)
    .option('--id <id>', 'by which it is removed')
    .option('--scenario <name>', 'the rules of this scenario instead')
    .option('--rule <json>', 'a whole rule, or a list of rules, as JSON instead')
    .action(async (fault: string | undefined, flags: AddFlags) => {
      const answer = await askEmulator(flags, 'POST', 'faults', bodyOf(fault, flags));
      tell(flags, answer, ({ rules }: { readonly rules: readonly Rule[] }) => rules.map(ruleLine));
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list the rules and how often they struck')
    .action(async (flags: RemoteFlags) => {
      const answer = await askEmulator(flags, 'GET', 'faults');
      tell(flags, answer, ({ rules }: { readonly rules: readonly Rule[] }) =>
        rules.length === 0 ? ['There are no rules.'] : rules.map(ruleLine),
      );
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove rules; whatever waits because of them goes on')
    .argument('[ids...]', 'the ids of the rules')
    .option('--all', 'all there are')
    .action(async (ids: readonly string[], flags: RemoteFlags & { readonly all?: boolean }) => {
      if ((ids.length === 0) === !flags.all) throw new Failure('Say which rules by their ids, or --all.', 2);
      const answers: unknown[] = [];
      if (flags.all) answers.push(await askEmulator(flags, 'DELETE', 'faults'));
      for (const id of ids)
        answers.push(await askEmulator(flags, 'DELETE', `faults/${encodeURIComponent(id)}`));
      const removed = (answers as { removed: number }[]).reduce((sum, answer) => sum + answer.removed, 0);
      tell(flags, { removed }, () => [`Removed: ${removed}.`]);
    });
}

function hitsCommand(): Command {
  return new Command('hits')
    .description('what a rule struck')
    .argument('<id>', 'the id of the rule')
    .action(async (id: string, flags: RemoteFlags) => {
      const answer = await askEmulator(flags, 'GET', `faults/${encodeURIComponent(id)}/hits`);
      tell(flags, answer, ({ hits }: { readonly hits: readonly Hit[] }) =>
        hits.length === 0 ? ['It has not struck yet.'] : hits.map(hitLine),
      );
    });
}

function scenariosCommand(): Command {
  return new Command('scenarios').description('list the scenarios').action(async (flags: RemoteFlags) => {
    const answer = await askEmulator(flags, 'GET', 'faults/scenarios');
    type Answer = { readonly scenarios: readonly { readonly name: string; readonly summary: string }[] };
    tell(flags, answer, ({ scenarios }: Answer) =>
      scenarios.map(({ name, summary }) => `${name.padEnd(22)}${summary}`),
    );
  });
}

function bodyOf(fault: string | undefined, flags: AddFlags): unknown {
  const { id, scenario, rule } = flags;
  if ([fault, scenario, rule].filter((one) => one !== undefined).length !== 1) {
    throw new Failure('Name one fault, or give one --scenario, or one --rule.', 2);
  }
  if (rule !== undefined) return parsed(rule);
  const where = bagOf('--where', flags.where);
  const when = bagOf('--when', flags.when);
  const narrowed = { ...(where && { where }), ...(when && { when }) };
  if (scenario !== undefined) return { scenario, ...narrowed };
  const given = bagOf('--with', flags.with);
  return { ...(id !== undefined && { id }), fault, ...narrowed, ...(given && { with: given }) };
}

function parsed(rule: string): unknown {
  try {
    return JSON.parse(rule);
  } catch (cause) {
    throw new Failure(
      '--rule is no JSON. Write it as {"fault": "permission-denied", "where": {"path": "/one"}}.',
      2,
      { cause },
    );
  }
}

/** `member=value` as an object; a member that comes several times is a list. */
function bagOf(flag: string, pairs: readonly string[] | undefined): Record<string, unknown> | undefined {
  if (!pairs) return undefined;
  const bag: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, member, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (member === undefined || value === undefined) {
      throw new Failure(
        `${flag} cannot be ${JSON.stringify(pair)}. Write it as member=value, such as path=/one.`,
        2,
      );
    }
    bag[member] = bag[member] === undefined ? readValue(value) : [bag[member], readValue(value)].flat();
  }
  return bag;
}

/** Numbers, true and false mean what they say. */
function readValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function ruleLine({ id, fault, state, hits, where, when, with: given }: Rule): string {
  const bags = Object.entries({ where, when, with: given }).filter(([, bag]) => bag !== undefined);
  const told = bags.map(([name, bag]) => `${name} ${JSON.stringify(bag)}`).join(' ');
  return `${id}  ${fault}  ${state}, ${hits} ${hits === 1 ? 'hit' : 'hits'}  ${told}`.trimEnd();
}

function hitLine({ at, fault, on }: Hit): string {
  const members = Object.entries(on).map(([name, value]) => `${name}=${value}`);
  return [at, fault, ...members].join('  ');
}

function tell<Answer>(
  flags: RemoteFlags,
  answer: unknown,
  lines: (answer: Answer) => readonly string[],
): void {
  const text = flags.json ? JSON.stringify(answer) : lines(answer as Answer).join('\n');
  process.stdout.write(`${text}\n`);
}
