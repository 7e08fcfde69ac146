import type { LocationLabels, Names, Phase, Side } from '../transfer/job.ts';
import { covers, parsePatterns } from '../transfer/pattern.ts';

/** What an execution is in; `launch` is before anything is looked at. */
export type FaultPhase = 'launch' | Phase;

/** What is asked of a storage. `link` is the making of a symbolic link, another name or a device. */
export type StorageCall =
  | 'open'
  | 'list'
  | 'stat'
  | 'read'
  | 'write'
  | 'make-directory'
  | 'remove'
  | 'set-metadata'
  | 'link';

/** Something that is about to happen, and by what all that takes part in it goes. */
export interface Occasion {
  readonly operation?: string;
  readonly region?: string;
  readonly phase?: FaultPhase;
  readonly side?: Side;
  readonly call?: StorageCall;
  /** Relative to its location, without "/" in front. */
  readonly path?: string;
  readonly locations?: readonly LocationLabels[];
  readonly agents?: readonly Names[];
  readonly task?: Names;
  readonly execution?: Names;
}

/** Where a rule holds. Of several members all must fit, of several texts in one member any. */
export interface Where {
  /** Such as `CreateTask`. */
  readonly operation?: OneOrMore;
  /** Such as `us-east-1`. */
  readonly region?: OneOrMore;
  readonly phase?: OneOrMore;
  readonly side?: OneOrMore;
  readonly call?: OneOrMore;
  /** ARN, id, or the beginning of the location's URI. */
  readonly location?: OneOrMore;
  /** A pattern in the grammar of DataSync's filters: `/dir`, `*.tmp`, `/a|/b`. */
  readonly path?: OneOrMore;
  /** ARN, id or name. */
  readonly agent?: OneOrMore;
  /** ARN, id or name. */
  readonly task?: OneOrMore;
  /** ARN or id. */
  readonly execution?: OneOrMore;
}

type OneOrMore = string | readonly string[];

type Fits = (wanted: string, occasion: Occasion) => boolean;

const named = (names: Names | undefined, wanted: string) => names?.includes(wanted) ?? false;

const FITS: { readonly [member in keyof Where]-?: Fits } = {
  operation: (wanted, { operation }) => operation === wanted,
  region: (wanted, { region }) => region === wanted,
  phase: (wanted, { phase }) => phase === wanted,
  side: (wanted, { side }) => side === wanted,
  call: (wanted, { call }) => call === wanted,
  location: (wanted, { locations = [] }) =>
    locations.some(({ names, uri }) => named(names, wanted) || uri.startsWith(wanted)),
  path: (wanted, { path }) => path !== undefined && coveredBy(wanted, path),
  agent: (wanted, { agents = [] }) => agents.some((names) => named(names, wanted)),
  task: (wanted, { task }) => named(task, wanted),
  execution: (wanted, { execution }) => named(execution, wanted),
};

function coveredBy(pattern: string, path: string): boolean {
  const shown = path === '' ? '' : `/${path}`;
  return parsePatterns(pattern).some((one) => covers(one, shown));
}

/** Whether the rule holds there. */
export function fits(where: Where, occasion: Occasion): boolean {
  return (Object.entries(where) as [keyof Where, OneOrMore][]).every(([member, wanted]) =>
    [wanted].flat().some((one) => FITS[member](one, occasion)),
  );
}

/** What a hit tells of its occasion: one name for each thing. */
export function told(occasion: Occasion): Readonly<Record<string, string>> {
  const { operation, phase, side, call, path, locations, agents, task, execution } = occasion;
  const first = {
    operation,
    phase,
    side,
    call,
    path: path === undefined ? undefined : `/${path}`,
    location: locations?.length === 1 ? (locations[0]?.uri ?? locations[0]?.names[0]) : undefined,
    agent: agents?.length === 1 ? agents[0]?.[0] : undefined,
    task: task?.[0],
    execution: execution?.[0],
  };
  return Object.fromEntries(
    Object.entries(first).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
