import type { Clock } from '../base/clock.ts';
import { type Random, seededRandom } from '../base/random.ts';
import type { Names } from '../transfer/job.ts';
import type { Fault, Seams, Strike } from './fault.ts';
import { fits, type Occasion, told } from './occasion.ts';
import type { CheckedRule, FaultRule, When } from './rule.ts';

/** How far a run has come; for rules that begin in the middle. */
export interface Progress {
  readonly files: number;
  readonly bytes: number;
  /** What the run has prepared; undefined as long as it is still preparing. */
  readonly planned: { readonly files: number; readonly bytes: number } | undefined;
}

/** One time that a rule struck. */
export interface Hit {
  /** ms since the epoch, by the emulator's clock. */
  readonly at: number;
  readonly rule: string;
  readonly fault: string;
  /** What it struck. */
  readonly on: Readonly<Record<string, string>>;
}

/** Hits that are remembered of each rule, the last ones. */
const MOST_HITS = 1000;
/** Subjects of chance that are told apart by how often they came. */
const MOST_SUBJECTS = 100_000;

const A_DAY_MS = 86_400_000;

/** What is struck. */
export interface Struck {
  /** Its abort ends all waiting. */
  readonly signal?: AbortSignal | undefined;
  /** On which it waits. Default: the emulator's. */
  readonly clock?: Clock | undefined;
}

/** `missed`: its turn or its chance has passed this one by. `later`: it does not hold yet, but may before the occasion is over. */
export type Verdict = 'struck' | 'missed' | 'later';

/** What rules share. */
export interface RuleSurroundings {
  readonly clock: Clock;
  readonly seed: number;
  /** Called for each hit. */
  readonly onHit: (hit: Hit) => void;
  /** Called when the rule begins or ends by itself. */
  readonly onChange: () => void;
}

/** A rule with its life: from when it was added until it is removed or over. */
export class ActiveRule {
  readonly id: string;
  readonly rule: FaultRule;
  readonly fault: Fault;
  readonly seams: Seams;
  readonly hits: Hit[] = [];
  /** All hits, also those that are no longer remembered. */
  hitCount = 0;
  readonly #around: RuleSurroundings;
  readonly #addedAt: number;
  readonly #life = new AbortController();
  readonly #subjects = new Map<string, number>();
  readonly #once = new Set<string>();
  #turns = 0;

  constructor({ rule, fault, values }: CheckedRule, id: string, around: RuleSurroundings) {
    this.id = id;
    this.rule = rule;
    this.fault = fault;
    this.seams = fault.seams(values, rule.when ?? {});
    this.#around = around;
    this.#addedAt = around.clock.now();
    this.#live().catch(() => undefined);
  }

  /** `waiting` for its time, `active`, or `over`: it has struck as often as it may, or its time has passed. */
  get state(): 'waiting' | 'active' | 'over' {
    const { times, nth, afterMs = 0 } = this.#when;
    const spent =
      (times !== undefined && this.hitCount >= times) || (nth !== undefined && this.#turns >= nth);
    if (this.#life.signal.aborted || spent) return 'over';
    return this.#around.clock.now() < this.#addedAt + afterMs ? 'waiting' : 'active';
  }

  /** What waits because of it goes on. */
  end(): void {
    this.#life.abort();
  }

  /** Whether it strikes here; then the hit is recorded. */
  consider(occasion: Occasion, progress?: Progress): Verdict {
    if (this.state === 'over' || !this.#isMeant(occasion)) return 'missed';
    if (this.state === 'waiting' || !reached(this.#when, progress)) return 'later';
    const { nth, probability } = this.#when;
    this.#turns += 1;
    if (nth !== undefined && this.#turns !== nth) return 'missed';
    if (probability !== undefined && this.#chance(occasion).next() >= probability) return 'missed';
    if (this.fault.isState) this.#recordState(occasion);
    else this.#record(occasion);
    return 'struck';
  }

  /** Whether the agent is offline because of it. */
  isOffline(agent: Names): boolean {
    if (!this.seams.isOffline || this.#life.signal.aborted) return false;
    const occasion = { agents: [agent] };
    const holds = this.state === 'active' && fits(this.rule.where ?? {}, occasion);
    const offline = this.seams.isOffline(agent, holds);
    if (offline && holds) this.#recordState(occasion);
    return offline;
  }

  strike(occasion: Occasion, { signal, clock = this.#around.clock }: Struck = {}): Strike {
    const { seed, onChange } = this.#around;
    const life = this.#life.signal;
    return {
      rule: this.id,
      occasion,
      random: seededRandom(hash(`${seed} ${this.id} ${this.hitCount} ${subjectOf(occasion)}`)),
      async waitAnyway(ms) {
        await clock.sleep(ms, life).catch(() => undefined);
      },
      isOver: () => life.aborted,
      now: () => clock.now(),
      changed: onChange,
      async wait(ms) {
        await clock.sleep(ms, signal ? AbortSignal.any([life, signal]) : life).catch(() => undefined);
        signal?.throwIfAborted();
      },
      async stall() {
        while (!life.aborted) await this.wait(A_DAY_MS);
      },
    };
  }

  #isMeant(occasion: Occasion): boolean {
    if (this.fault.needsAgent && !occasion.agents?.length) return false;
    return fits(this.rule.where ?? {}, occasion);
  }

  get #when(): When {
    return this.rule.when ?? {};
  }

  /** Tells when its time begins, and ends it when that is over. */
  async #live(): Promise<void> {
    const { afterMs = 0, forMs } = this.#when;
    const { clock, onChange } = this.#around;
    if (afterMs > 0) {
      await clock.sleep(afterMs, this.#life.signal);
      onChange();
    }
    if (forMs === undefined) return;
    await clock.sleep(forMs, this.#life.signal);
    this.end();
    onChange();
  }

  #recordState(occasion: Occasion): void {
    const subject = occasion.execution?.[0] ?? occasion.agents?.[0]?.[0] ?? '';
    if (this.#once.has(subject)) return;
    this.#once.add(subject);
    this.#record(occasion);
  }

  #record(occasion: Occasion): void {
    const hit = { at: this.#around.clock.now(), rule: this.id, fault: this.fault.name, on: told(occasion) };
    this.hitCount += 1;
    this.hits.push(hit);
    if (this.hits.length > MOST_HITS) this.hits.shift();
    this.#around.onHit(hit);
  }

  /** Depends on the seed, on the rule and on what is rolled for, and on nothing that happens elsewhere. */
  #chance(occasion: Occasion): Random {
    const subject = subjectOf(occasion);
    const times = (this.#subjects.get(subject) ?? 0) + 1;
    if (this.#subjects.size >= MOST_SUBJECTS) this.#subjects.clear();
    this.#subjects.set(subject, times);
    return seededRandom(hash(`${this.#around.seed} ${this.id} ${times} ${subject}`));
  }
}

/** What is the same in every run of the same story: no ids. */
function subjectOf({ operation, phase, side, call, path }: Occasion): string {
  return JSON.stringify([operation, call === undefined ? phase : undefined, side, call, path]);
}

function reached({ afterFiles, afterBytes, afterPart }: When, progress: Progress | undefined): boolean {
  if (afterFiles === undefined && afterBytes === undefined && afterPart === undefined) return true;
  if (!progress) return false;
  if (afterFiles !== undefined && progress.files < afterFiles) return false;
  if (afterBytes !== undefined && progress.bytes < afterBytes) return false;
  return afterPart === undefined || partOf(progress) >= afterPart;
}

/** By bytes; by files where there are none. */
function partOf({ files, bytes, planned }: Progress): number {
  if (!planned) return 0;
  if (planned.bytes > 0) return bytes / planned.bytes;
  return planned.files === 0 ? 1 : files / planned.files;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
