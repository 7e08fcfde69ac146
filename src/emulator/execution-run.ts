import type { FaultPhase } from '../faults/occasion.ts';
import type { Phase, RunLabels, TransferControl, TransferEvent } from '../transfer/job.ts';
import { refuseLocations } from './access-fault.ts';
import { offlineAgent } from './agent-status.ts';
import { scopeOf } from './arn.ts';
import type { ControlPlane } from './control-plane.ts';
import {
  CANCELLED,
  ExecutionStopped,
  endOfReport,
  type Outcome,
  outcomeOf,
  outcomeOfFailure,
} from './execution-outcome.ts';
import { type ExecutionProblem, problemOf } from './execution-problem.ts';
import { PHASES, withPhase } from './execution-result.ts';
import { inState, STATE_OF_PHASE } from './execution-states.ts';
import { phaseOccasion, runLabels } from './labels.ts';
import type { LocationPair } from './location-family.ts';
import type { ExecutionRecord, ExecutionResult, ExecutionStatus, Tally, TaskRecord } from './records.ts';
import { addToTally } from './tally.ts';
import { rateOf, transferOrder } from './transfer-order.ts';

type Plane = Omit<ControlPlane, 'runner' | 'schedules' | 'access'>;

const ORDER: readonly ExecutionStatus[] = ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING'];

/** Problems that are remembered of each execution, the last ones. */
const MOST_PROBLEMS = 1000;

/** How long an execution waits until it looks again whether its agents are online. */
const AGENT_RETRY_MS = 1000;

/** One execution on its way from LAUNCHING to its end. */
export class ExecutionRun {
  readonly arn: string;
  readonly problems: ExecutionProblem[] = [];
  readonly #plane: Plane;
  readonly #task: TaskRecord;
  readonly #stop = new AbortController();
  /** Aborted when its end is written. */
  readonly #life = new AbortController();
  #tally: Tally;
  #result: ExecutionResult;
  #phase: Phase | undefined;
  /** By what it goes; known once its locations are. */
  #labels: RunLabels | undefined;
  readonly #phaseStartedAt = new Map<Phase, number>();
  /** Steps that were allowed before they were waited for. */
  #steps = 0;
  #onStep: (() => void) | undefined;

  /** @param record in LAUNCHING */
  constructor(plane: Plane, record: ExecutionRecord, task: TaskRecord) {
    this.arn = record.arn;
    this.#plane = plane;
    this.#task = task;
    this.#tally = record.tally;
    this.#result = record.result;
  }

  /** What it has done so far; more recent than its record. */
  get tally(): Tally {
    return this.#tally;
  }

  /** Carries it out, to its end. Never rejects. */
  go(): Promise<void> {
    return this.#plane.activity.during(() => this.#go());
  }

  async #go(): Promise<void> {
    let pair: LocationPair | undefined;
    try {
      await this.#pace();
      pair = this.#locations();
      const labels = runLabels(this.#plane, this.#record(), this.#task, pair);
      this.#labels = labels;
      await this.#faultsBefore('launch');
      await this.#agentsOnline(pair);
      refuseLocations(this.#plane, pair, labels);
      await this.#carryOut(pair);
      this.#phase = undefined;
      this.end(outcomeOf(this.#tally));
    } catch (error) {
      const reason = this.#stop.signal.aborted ? this.#stop.signal.reason : error;
      const outcome = outcomeOfFailure(reason, pair);
      if (outcome === CANCELLED) await this.#paceCancelling();
      if (outcome.errorCode === 'InternalError') {
        this.#plane.log.error('execution-broke', { execution: this.arn, message: outcome.errorDetail });
      }
      this.end(outcome);
    }
  }

  /** CANCELLING until what runs has stopped. */
  cancel(): void {
    if (this.#life.signal.aborted || this.#stop.signal.aborted) return;
    this.#move('CANCELLING');
    this.stop(CANCELLED);
  }

  /** Stops what runs; it then ends with `outcome`. */
  stop(outcome: Outcome): void {
    this.#stop.abort(new ExecutionStopped(outcome));
  }

  /** With manual pacing: lets it take its next step. */
  step(): void {
    if (this.#onStep) this.#onStep();
    else this.#steps += 1;
  }

  /** Writes its end, once. Undefined: success. */
  end(outcome: Outcome | undefined): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    const stopped = this.#stop.signal.reason;
    const because = stopped instanceof ExecutionStopped ? stopped.outcome : outcome;
    if (because && this.#phase) this.#failPhase(this.#phase);
    this.#move(because ? 'ERROR' : 'SUCCESS', because);
  }

  async #carryOut(pair: LocationPair): Promise<void> {
    const record = this.#record();
    const scope = scopeOf(record.arn);
    const order = transferOrder(this.#plane, record, pair, scope, this.#task);
    const control: TransferControl = {
      clock: this.#plane.clock,
      ioClock: this.#plane.realClock,
      signal: this.#stop.signal,
      bytesPerSecond: () => rateOf(this.#record().options.BytesPerSecond),
      beforePhase: (phase) => this.#enter(phase),
    };
    for await (const event of this.#plane.worker.run(order, control)) this.#take(event);
    this.#stop.signal.throwIfAborted();
    for (const phase of phasesOf(record)) await this.#enter(phase);
    this.#closePhases();
  }

  #take(event: TransferEvent): void {
    this.#plane.activity.sign();
    this.#tally = addToTally(this.#tally, event);
    const problem = problemOf(event);
    if (problem) this.#tell(problem);
    if (event.type === 'phase-started') this.#startPhase(event.phase, event.at);
    if (event.type === 'phase-ended') {
      this.#setPhase(event.phase, event.ok ? 'SUCCESS' : 'ERROR', event.at);
      if (event.phase === this.#phase) this.#phase = undefined;
      this.#plane.executions.put({ ...this.#record(), tally: this.#tally, result: this.#result });
    }
  }

  #tell(problem: ExecutionProblem): void {
    this.problems.push(problem);
    if (this.problems.length > MOST_PROBLEMS) this.problems.shift();
    this.#plane.log.warn(`item-${problem.what}`, { task: this.#task.id, execution: this.arn, ...problem });
  }

  /** @source AWS API Reference, TaskExecutionResultDetail: durations of phases are 0 in Enhanced mode */
  #setPhase(phase: Phase, status: 'SUCCESS' | 'ERROR', at: number): void {
    const startedAt = this.#phaseStartedAt.get(phase) ?? at;
    const ms = this.#task.mode === 'ENHANCED' ? 0 : Math.max(0, Math.round(at - startedAt));
    this.#result = withPhase(this.#result, phase, status, ms);
  }

  /** The phase in which it stopped; those before it were done, although their last events may be lost. */
  #failPhase(phase: Phase): void {
    for (const earlier of PHASES.slice(0, PHASES.indexOf(phase))) {
      if (this.#result[`${earlier}Status`] === 'PENDING') {
        this.#setPhase(earlier, 'SUCCESS', this.#phaseStartedAt.get(phase) ?? 0);
      }
    }
    this.#setPhase(phase, 'ERROR', this.#plane.clock.now());
  }

  /** Phases that were left out count as done. @source guess: AWS does not show them */
  #closePhases(): void {
    for (const phase of PHASES) {
      if (this.#result[`${phase}Status`] === 'PENDING') this.#setPhase(phase, 'SUCCESS', 0);
    }
  }

  #startPhase(phase: Phase, at: number): void {
    if (!this.#phaseStartedAt.has(phase)) this.#phaseStartedAt.set(phase, at);
  }

  /** Goes to the state of `phase`, unless it is already there or further, or has no such state. */
  async #enter(phase: Phase): Promise<void> {
    this.#stop.signal.throwIfAborted();
    const record = this.#record();
    const state = STATE_OF_PHASE[phase];
    if (!phasesOf(record).includes(phase) || ORDER.indexOf(state) <= ORDER.indexOf(record.status)) return;
    this.#phase = phase;
    this.#startPhase(phase, this.#plane.clock.now());
    this.#move(state);
    await this.#pace();
    await this.#faultsBefore(phase);
  }

  #move(status: ExecutionStatus, outcome?: Outcome): void {
    const at = this.#plane.clock.now();
    const record = this.#record();
    const moved = { ...inState(record, status), tally: this.#tally };
    const final = status === 'SUCCESS' || status === 'ERROR';
    const totalMs = final ? Math.round(at - (record.launchedAt ?? at)) : 0;
    this.#plane.executions.put({
      ...moved,
      result: { ...this.#result, totalMs, ...outcome },
      ...(final ? { endedAt: at, ...endOfReport(record) } : {}),
    });
    this.#plane.notify({ resource: 'task-execution', arn: this.arn, state: status, at });
  }

  #pace(): Promise<void> {
    const { pacing } = this.#plane.settings;
    switch (pacing.kind) {
      case 'immediate':
        return Promise.resolve();
      case 'scaled':
        return this.#plane.activity.waiting(this.#plane.clock.sleep(pacing.stateMs, this.#stop.signal));
      case 'manual':
        return this.#plane.activity.waiting(this.#nextStep());
    }
  }

  /** Ends early when the execution is ended from outside. */
  async #paceCancelling(): Promise<void> {
    const { pacing } = this.#plane.settings;
    if (pacing.kind !== 'scaled') return;
    const paced = this.#plane.clock.sleep(pacing.stateMs, this.#life.signal);
    await this.#plane.activity.waiting(paced.catch(() => undefined));
  }

  #nextStep(): Promise<void> {
    if (this.#steps > 0) {
      this.#steps -= 1;
      return Promise.resolve();
    }
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const stopped = () => reject(signal.reason);
      signal.addEventListener('abort', stopped, { once: true });
      this.#onStep = () => {
        this.#onStep = undefined;
        signal.removeEventListener('abort', stopped);
        resolve();
      };
      if (signal.aborted) stopped();
    });
  }

  /** @source AWS user guide, "Troubleshooting tasks": with an agent offline an execution stays in LAUNCHING */
  async #agentsOnline(pair: LocationPair): Promise<void> {
    const arns = [...pair.source.agentArns, ...pair.destination.agentArns];
    while (offlineAgent(this.#plane, arns)) {
      const look = new AbortController();
      const signal = AbortSignal.any([look.signal, this.#stop.signal]);
      const { clock, faults, activity } = this.#plane;
      await activity.waiting(Promise.race([clock.sleep(AGENT_RETRY_MS, signal), faults.nextChange(signal)]));
      look.abort();
      this.#stop.signal.throwIfAborted();
    }
  }

  /** Faults may make it stay in a phase, or end. */
  async #faultsBefore(phase: FaultPhase): Promise<void> {
    if (!this.#labels) return;
    const occasion = phaseOccasion(phase, this.#labels);
    await this.#plane.faults.atPhase(occasion, { signal: this.#stop.signal });
  }

  #locations(): LocationPair {
    const source = this.#plane.locations.get(this.#task.sourceLocationArn);
    const destination = this.#plane.locations.get(this.#task.destinationLocationArn);
    if (!source || !destination) throw new Error(`A location of task ${this.#task.id} is gone.`);
    return { source, destination };
  }

  #record(): ExecutionRecord {
    const record = this.#plane.executions.get(this.arn);
    if (!record) throw new Error(`The record of ${this.arn} is gone while it runs.`);
    return record;
  }
}

/**
 * The phases that an execution goes through.
 * @source AWS API Reference, Options: TransferMode ALL has no preparation, VerifyMode NONE no verification
 */
function phasesOf({ options }: ExecutionRecord): readonly Phase[] {
  const phases: Phase[] = [];
  if (options.TransferMode !== 'ALL') phases.push('prepare');
  phases.push('transfer');
  if (options.VerifyMode !== 'NONE') phases.push('verify');
  return phases;
}
