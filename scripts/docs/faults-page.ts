import { ACCESS_TEXTS } from '../../src/faults/access-texts.ts';
import type { Fault, FaultKind } from '../../src/faults/fault.ts';
import { FAULTS, faultTable } from '../../src/faults/index.ts';
import type { Members } from '../../src/faults/members.ts';
import { WHEN, WHERE } from '../../src/faults/rule.ts';
import { SCENARIOS } from '../../src/faults/scenarios.ts';

const KINDS: Readonly<Record<FaultKind, string>> = {
  api: 'The API',
  storage: 'Storages',
  location: 'Locations',
  agent: 'Agents',
  execution: 'Executions',
};

/** docs/reference/faults.md */
export function faultsPage(): string {
  return `${[intro(), ...Object.keys(KINDS).map((kind) => kindPart(kind as FaultKind)), texts(), scenarios(), notBuilt()].join('\n\n')}\n`;
}

function intro(): string {
  return `# Faults

<!-- Made from the tables in src/faults by "npm run docs". Do not edit. -->

A rule says what goes wrong, where, and when:

\`\`\`json
{ "fault": "permission-denied", "where": { "side": "source", "path": "/reports" }, "when": { "times": 3 } }
\`\`\`

| | |
|---|---|
| over HTTP | \`POST /_datasync/faults\` with a rule, a list of rules, \`{"scenario": "disk full"}\`, or LocalStack's chaos rules |
| in TypeScript | \`emulator.faults.add(rule)\`, \`.addScenario(name)\`, \`.list()\`, \`.hits(id)\`, \`.change(id, members)\`, \`.remove(id)\`, \`.clear()\` |
| on the command line | \`datasync-local faults add permission-denied --where path=/reports --when times=3\`; \`list\`, \`hits\`, \`remove\`, \`scenarios\` |

- \`GET /_datasync/faults\` lists the rules: each with its id, its state (\`waiting\`, \`active\`, \`over\`) and how often it
  struck. \`GET /_datasync/faults/ID/hits\` tells when and what; also of a rule that was removed lately.
- \`PATCH /_datasync/faults/ID\` replaces members of a rule, which then begins anew. \`DELETE /_datasync/faults/ID\` removes
  one, \`DELETE /_datasync/faults\` all; whatever waits because of a rule goes on when it is removed or over.
- Of several members in \`where\` and \`when\` all must fit; of a list of values in \`where\` any. Without \`where\` a rule
  strikes everywhere, without \`when\` always. Rules strike in the order in which they were added.
- Chance comes from the emulator's \`--seed\` (\`seed\` in the answer of GET). What a rule rolls depends on the seed, its id
  and what it is rolled for (operation, or side, call and path; and how often that came before), and on nothing else: the same
  seed gives the same run, whatever other rules there are and in whatever order the calls come.
- All waiting is on the emulator's clock: hold it, and an hour of latency takes as long as you like.
- A storage's fault stands above its client: it is what is left after the client's own retries. \`path\` is the path in
  the location. In Enhanced mode all phases go on at once, and calls count as \`transfer\` until everything is there; tell
  them apart by \`call\`.
- LocalStack's body, \`[{"region", "service", "operation", "probability", "error": {"statusCode", "code"}}]\`, is taken as
  it is: POST replaces the rules that were given in that form, PATCH adds, DELETE removes equal ones. Rules for other
  services are kept, never strike, and say so in the answer.`;
}

function kindPart(kind: FaultKind): string {
  const faults = FAULTS.filter((fault) => fault.kind === kind);
  return [`## ${KINDS[kind]}`, placesOf(kind), ...faults.map(faultPart)].join('\n\n');
}

function placesOf(kind: FaultKind): string {
  const list = (bag: string, members: Members) =>
    Object.entries(members).map(
      ([name, { about, takes }]) => `| \`${bag}.${name}\` | ${about} | ${short(takes)} |`,
    );
  return [
    '| member | | takes |',
    '|---|---|---|',
    ...list('where', WHERE[kind]),
    ...list('when', WHEN[kind]),
  ].join('\n');
}

/** Lists of names that stand elsewhere are left out. */
function short(takes: string): string {
  return takes.replaceAll('|', '\\|');
}

function faultPart({ name, summary, example, with: members }: Fault): string {
  const rows = Object.entries(members).map(
    ([member, { about, takes, required }]) =>
      `- \`with.${member}\`${required ? ' (required)' : ''}: ${about}. ${sentence(takes)}`,
  );
  const parts = [`### ${name}`, summary, `\`\`\`json\n${JSON.stringify(example)}\n\`\`\``];
  return (rows.length > 0 ? [...parts, rows.join('\n')] : parts).join('\n\n');
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function texts(): string {
  const rows = Object.entries(ACCESS_TEXTS).map(
    ([name, { tests, text }]) => `| \`${name}\` | ${tests.join(', ')} | ${text} |`,
  );
  const head = 'The texts of `access-test-fails`, and when the service says them:';
  return [
    '## Texts of failed access tests',
    head,
    ['| text | at the test of | |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

function scenarios(): string {
  const parts = SCENARIOS.map(
    ({ name, summary, rules }) =>
      `### ${name}\n\n${summary}\n\n\`\`\`json\n${rules.map((rule) => JSON.stringify(rule)).join('\n')}\n\`\`\``,
  );
  const head =
    'Rules that belong together, by a name. Further `where` and `when` beside the name go into each of them.';
  return ['## Scenarios', head, ...parts].join('\n\n');
}

function notBuilt(): string {
  const rows = [...faultTable.notBuilt].map(([name, reason]) => `- \`${name}\`: ${reason}`);
  return ['## Not built', 'These are refused, with the reason:', rows.join('\n')].join('\n\n');
}
