import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { machineRandom } from '../base/random.ts';
import type { Names, RunLabels } from '../transfer/job.ts';
import { ActiveRule, type Hit, type RuleSurroundings, type Struck } from './active-rule.ts';
import { ChaosRules } from './chaos-rules.ts';
import type { AccessTest, AccessTrouble, SpoiltAnswer } from './fault.ts';
import { FaultRuleError } from './members.ts';
import type { Occasion } from './occasion.ts';
import { checkRule, type FaultRule, type FaultTable } from './rule.ts';
import { type RunFaults, runFaults } from './run-faults.ts';
import { rulesOfScenario } from './scenarios.ts';

/** What the seams ask. Each answers at once when there are no rules. */
export interface ActiveFaults {
  /** Before an API call: waits, or refuses it. What it gives becomes of the answer. @throws ServiceError */
  atCall(occasion: Occasion): Promise<SpoiltAnswer | undefined>;
  /** Before a phase of an execution, `launch` too. @throws TransferFailed, or the signal's reason */
  atPhase(occasion: Occasion, struck: Struck): Promise<void>;
  /** When a location is tested. */
  atAccessTest(test: AccessTest, occasion: Occasion): AccessTrouble | undefined;
  isOffline(agent: Names): boolean;
  /** The faults of one run. @param labels of an access test: only the location's */
  ofRun(labels: Partial<RunLabels>, struck: Struck): RunFaults;
  /** Calls `listener` whenever rules come, go or change by themselves. */
  onChange(listener: () => void): void;
  /** Resolves at the next such change, or when `signal` aborts. */
  nextChange(signal: AbortSignal): Promise<void>;
  /** What strikes in runs and tests waits on this clock from now on. */
  waitBy(clock: Clock): void;
}

/** A rule as it is told. */
export interface ToldRule extends FaultRule {
  readonly id: string;
  readonly state: ActiveRule['state'];
  /** How often it struck. */
  readonly hits: number;
}

export interface FaultsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly table: FaultTable;
  /** Decides all chances. Default: another each time. */
  readonly seed: number | undefined;
}

/** Removed rules whose hits can still be asked for, the last ones. */
const MOST_REMOVED = 100;

/** The rules of one emulator: they are added, changed and removed here, and the seams ask here. */
export class Faults implements ActiveFaults {
  readonly seed: number;
  /** Rules in LocalStack's words. */
  readonly chaos: ChaosRules;
  readonly #table: FaultTable;
  readonly #around: RuleSurroundings;
  readonly #listeners = new Set<() => void>();
  #waits: Clock | undefined;
  #rules: readonly ActiveRule[] = [];
  #ofStorage: readonly ActiveRule[] = [];
  #removed: readonly ActiveRule[] = [];
  #lastNumber = 0;

  constructor({ clock, log, table, seed = Math.floor(machineRandom().next() * 2 ** 32) }: FaultsParts) {
    this.seed = seed;
    this.chaos = new ChaosRules(this);
    this.#table = table;
    this.#around = {
      clock,
      seed,
      onHit: ({ rule, fault, on }) => log.warn('fault-hit', { rule, fault, ...on }),
      onChange: () => this.#changed(),
    };
  }

  /**
   * Adds rules, all of them or none; those added first strike first.
   * @throws FaultRuleError naming the member
   */
  add(...given: readonly FaultRule[]): ToldRule[] {
    const all = given.map((rule) => checkRule(rule, this.#table));
    const taken = new Set(this.#rules.map(({ id }) => id));
    const added = all.map((rule) => {
      const id = rule.rule.id ?? this.#newId(taken);
      if (taken.has(id))
        throw new FaultRuleError(
          `rule.id cannot be ${JSON.stringify(id)}: a rule has it already. Change that one, or give another id.`,
        );
      taken.add(id);
      return new ActiveRule(rule, id, this.#around);
    });
    this.#keep([...this.#rules, ...added]);
    return added.map(toldRule);
  }

  /**
   * Adds the rules of a scenario.
   * @param narrowed further members for each of its rules, such as where
   * @throws FaultRuleError when there is no such scenario, or naming the member
   */
  addScenario(name: string, narrowed: Pick<FaultRule, 'where' | 'when'> = {}): ToldRule[] {
    return this.add(...rulesOfScenario(name, narrowed));
  }

  /** Those that were added and not removed, in order. */
  list(): ToldRule[] {
    return this.#rules.map(toldRule);
  }

  /** The same as they can be added again, such as to another emulator. */
  rules(): FaultRule[] {
    return this.#rules.map(({ id, rule }) => ({ ...rule, id }));
  }

  /** Undefined when there is none. */
  get(id: string): ToldRule | undefined {
    const rule = this.#find(id);
    return rule && toldRule(rule);
  }

  /**
   * Replaces members of a rule; it begins anew, in its place. Undefined when there is none.
   * @throws FaultRuleError naming the member
   */
  change(id: string, members: Partial<FaultRule>): ToldRule | undefined {
    const was = this.#find(id);
    if (!was) return undefined;
    if (members.id !== undefined && members.id !== id)
      throw new FaultRuleError(`rule.id cannot be changed. Remove ${id} and add another.`);
    const now = new ActiveRule(checkRule({ ...was.rule, ...members }, this.#table), id, this.#around);
    this.#forget([was]);
    this.#keep(this.#rules.map((rule) => (rule === was ? now : rule)));
    return toldRule(now);
  }

  /** Whatever waits because of it goes on. False when there is none. */
  remove(id: string): boolean {
    const rule = this.#find(id);
    if (rule) this.#drop([rule]);
    return rule !== undefined;
  }

  /** Removes all, or those that `which` picks; gives back how many. */
  removeAll(which: (rule: ToldRule) => boolean = () => true): number {
    const picked = this.#rules.filter((rule) => which(toldRule(rule)));
    this.#drop(picked);
    return picked.length;
  }

  /** The last hits of a rule, the last 1,000 of them; also of one that was removed lately. Without an id of all, as they came. */
  hits(id?: string): readonly Hit[] {
    const all = [...this.#removed, ...this.#rules].filter((rule) => id === undefined || rule.id === id);
    return all.flatMap((rule) => rule.hits).toSorted((a, b) => a.at - b.at);
  }

  /** Whether there is or lately was such a rule. */
  has(id: string): boolean {
    return [...this.#removed, ...this.#rules].some((rule) => rule.id === id);
  }

  /** As if nothing had ever been added. */
  clear(): void {
    this.removeAll();
    this.chaos.clear();
    this.#removed = [];
    this.#lastNumber = 0;
  }

  async atCall(occasion: Occasion): Promise<SpoiltAnswer | undefined> {
    let spoilt: SpoiltAnswer | undefined;
    for (const rule of this.#rules) {
      const { beforeCall, answer } = rule.seams;
      if (!beforeCall && !answer) continue;
      if (rule.consider(occasion) !== 'struck') continue;
      const strike = rule.strike(occasion);
      await beforeCall?.(strike);
      spoilt ??= answer;
    }
    return spoilt;
  }

  async atPhase(occasion: Occasion, struck: Struck): Promise<void> {
    for (const rule of this.#rules) {
      const { beforePhase } = rule.seams;
      if (!beforePhase || rule.consider(occasion) !== 'struck') continue;
      await beforePhase(rule.strike(occasion, { clock: this.#waits, ...struck }));
    }
  }

  atAccessTest(test: AccessTest, occasion: Occasion): AccessTrouble | undefined {
    return this.#rules
      .filter(({ seams }) => seams.accessTest?.tests.includes(test))
      .find((rule) => rule.consider(occasion) === 'struck')?.seams.accessTest;
  }

  isOffline(agent: Names): boolean {
    return this.#rules.some((rule) => rule.isOffline(agent));
  }

  ofRun(labels: Partial<RunLabels>, struck: Struck): RunFaults {
    return runFaults(() => this.#ofStorage, labels, { clock: this.#waits, ...struck });
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  waitBy(clock: Clock): void {
    this.#waits = clock;
  }

  #find(id: string): ActiveRule | undefined {
    return this.#rules.find((rule) => rule.id === id);
  }

  #newId(taken: ReadonlySet<string>): string {
    do this.#lastNumber += 1;
    while (taken.has(`rule-${this.#lastNumber}`));
    return `rule-${this.#lastNumber}`;
  }

  #drop(rules: readonly ActiveRule[]): void {
    if (rules.length === 0) return;
    this.#forget(rules);
    this.#keep(this.#rules.filter((rule) => !rules.includes(rule)));
  }

  #forget(rules: readonly ActiveRule[]): void {
    for (const rule of rules) rule.end();
    this.#removed = [...this.#removed, ...rules].slice(-MOST_REMOVED);
  }

  #keep(rules: readonly ActiveRule[]): void {
    this.#rules = rules;
    this.#ofStorage = rules.filter(({ seams }) => seams.storage);
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function toldRule(active: ActiveRule): ToldRule {
  const { id, rule, state, hitCount } = active;
  return { ...rule, id, state, hits: hitCount };
}

/** No faults at all. */
export const noFaults: ActiveFaults = {
  atCall: async () => undefined,
  atPhase: async () => undefined,
  atAccessTest: () => undefined,
  isOffline: () => false,
  ofRun: (labels, struck) => runFaults(() => [], labels, struck),
  onChange: () => undefined,
  nextChange: () => new Promise(() => undefined),
  waitBy: () => undefined,
};
