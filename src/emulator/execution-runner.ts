import { messageOf } from './access-words.ts';
import { idOf } from './arn.ts';
import type { ControlPlane } from './control-plane.ts';
import { CANCELLED, endOfReport, INTERRUPTED, type Outcome } from './execution-outcome.ts';
import type { ExecutionProblem } from './execution-problem.ts';
import { blockerOf, type Claim, readyToLaunch } from './execution-queue.ts';
import { ExecutionRun } from './execution-run.ts';
import { inState, isFinished } from './execution-states.ts';
import type { ExecutionRecord, ExecutionStatus, Tally, TaskRecord } from './records.ts';
import { type TaskStatus, taskInState } from './task-states.ts';

/** Takes executions from the queue to their end. The only writer of execution statuses. */
export interface ExecutionRunner {
  /** Queues or launches a new record (status QUEUED or LAUNCHING is decided here). */
  enqueue(record: ExecutionRecord): void;
  /** Asks it to stop; returns at once. The record is CANCELLING until it has stopped, then ERROR. */
  cancel(arn: string): void;
  /** Works within a second, also on a queued one. */
  setBytesPerSecond(arn: string, bytesPerSecond: number): void;
  /** With manual pacing: lets it take its next step. */
  step(arn: string): void;
  /** Resolves when the execution has ended; at once when it has. */
  ended(arn: string): Promise<void>;
  /** Ends those that run or wait and are chosen by their ARNs: each becomes ERROR. */
  endAll(chosen: (arn: string) => boolean): Promise<void>;
  /** Ends everything that runs, cleanly: each becomes ERROR. */
  shutdown(): Promise<void>;
  /** The execution (ARN) that a new one of this task would have to wait for. */
  blockerOf(task: TaskRecord): string | undefined;
  /** ARNs of the task's executions that have not ended, the oldest first. */
  unfinishedOf(taskArn: string): readonly string[];
  /** The counters of a running execution as they are now; undefined when it does not run. */
  liveTally(arn: string): Tally | undefined;
  /** Items that did not go well, the last 1,000 of each execution; kept in memory only. */
  problemsOf(arn: string): readonly ExecutionProblem[];
}

type Plane = Omit<ControlPlane, 'runner' | 'schedules' | 'access'>;

/** How long a shutdown waits for what runs, before it writes the ends itself. */
const SHUTDOWN_MS = 1500;

/** Executions whose problems are remembered, the last ones. */
const MOST_REMEMBERED = 100;

export class QueueRunner implements ExecutionRunner {
  readonly #plane: Plane;
  readonly #onEnd: (record: ExecutionRecord) => void;
  readonly #running = new Map<string, { readonly claim: Claim; readonly run: ExecutionRun }>();
  readonly #problems = new Map<string, readonly ExecutionProblem[]>();
  readonly #awaited = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>();
  #waiting: Claim[] = [];
  #stopping = false;

  /** @param onEnd called with each record that has come to its end */
  constructor(plane: Plane, onEnd: (record: ExecutionRecord) => void = () => undefined) {
    this.#plane = plane;
    this.#onEnd = onEnd;
  }

  enqueue(record: ExecutionRecord): void {
    const task = this.#plane.tasks.get(record.taskArn);
    if (!task) throw new Error(`${record.arn} has no task.`);
    this.#await(record.arn);
    const claim = this.#claim(record.arn, task);
    const now = this.#plane.clock.now();
    const waits = this.#stopping || blockerOf(claim, this.#all()) !== undefined;
    const queued: ExecutionRecord = { ...record, status: 'QUEUED' };
    if (waits) {
      this.#waiting.push(claim);
      this.#tell(queued);
    } else {
      this.#launch({ ...queued, status: 'LAUNCHING', launchedAt: now }, claim);
    }
    this.#showOnTask(record.taskArn);
    if (this.#stopping) this.#endWaiting(claim, INTERRUPTED);
  }

  cancel(arn: string): void {
    const claim = this.#waiting.find((waiting) => waiting.arn === arn);
    if (!claim) {
      this.#running.get(arn)?.run.cancel();
      return;
    }
    this.#tell(this.#inState(arn, 'CANCELLING'));
    this.#endWaiting(claim, CANCELLED);
    this.#launchReady();
  }

  setBytesPerSecond(arn: string, bytesPerSecond: number): void {
    const record = this.#plane.executions.get(arn);
    if (!record || isFinished(record.status)) return;
    this.#plane.executions.put({ ...record, options: { ...record.options, BytesPerSecond: bytesPerSecond } });
  }

  step(arn: string): void {
    this.#running.get(arn)?.run.step();
  }

  async ended(arn: string): Promise<void> {
    await this.#awaited.get(arn)?.promise;
  }

  async shutdown(): Promise<void> {
    this.#stopping = true;
    await this.endAll(() => true);
  }

  async endAll(chosen: (arn: string) => boolean): Promise<void> {
    const isChosen = ({ arn }: Claim) => chosen(arn);
    for (const claim of this.#waiting.filter(isChosen)) this.#endWaiting(claim, INTERRUPTED);
    const running = [...this.#running.values()].filter(({ claim }) => isChosen(claim));
    for (const { run } of running) run.stop(INTERRUPTED);
    const patience = new AbortController();
    const tired = this.#plane.realClock.sleep(SHUTDOWN_MS, patience.signal).catch(() => undefined);
    await Promise.race([tired, Promise.all(running.map(({ claim }) => this.ended(claim.arn)))]);
    patience.abort();
    for (const { claim, run } of running.filter(({ claim }) => this.#running.has(claim.arn))) {
      run.end(INTERRUPTED);
      this.#over(claim, run);
    }
  }

  blockerOf(task: TaskRecord): string | undefined {
    return blockerOf(this.#claim('', task), this.#all())?.arn;
  }

  unfinishedOf(taskArn: string): readonly string[] {
    return this.#all()
      .filter((claim) => claim.taskArn === taskArn)
      .map((claim) => claim.arn);
  }

  liveTally(arn: string): Tally | undefined {
    return this.#running.get(arn)?.run.tally;
  }

  problemsOf(arn: string): readonly ExecutionProblem[] {
    return this.#running.get(arn)?.run.problems ?? this.#problems.get(arn) ?? [];
  }

  /** In the order in which they came. */
  #all(): readonly Claim[] {
    return [...Array.from(this.#running.values(), ({ claim }) => claim), ...this.#waiting];
  }

  /** @source AWS user guide: an agent runs one Basic mode task at a time, an Enhanced one many */
  #claim(arn: string, task: TaskRecord): Claim {
    const { arn: taskArn } = task;
    if (task.mode === 'ENHANCED') {
      return { arn, taskArn, holds: [taskArn], pool: taskArn.split(':', 5).join(':') };
    }
    const agents = [task.sourceLocationArn, task.destinationLocationArn].flatMap(
      (location) => this.#plane.locations.get(location)?.agentArns ?? [],
    );
    return { arn, taskArn, holds: [taskArn, ...agents], pool: undefined };
  }

  #launch(record: ExecutionRecord, claim: Claim): void {
    const task = this.#plane.tasks.get(record.taskArn);
    if (!task) throw new Error(`${record.arn} has no task.`);
    const run = new ExecutionRun(this.#plane, record, task);
    this.#running.set(record.arn, { claim, run });
    this.#tell(record);
    run
      .go()
      .catch((error: unknown) =>
        this.#plane.log.error('execution-broke', { execution: record.arn, error: messageOf(error) }),
      )
      .finally(() => this.#over(claim, run));
  }

  #over(claim: Claim, run: ExecutionRun): void {
    if (!this.#running.delete(claim.arn)) return;
    this.#remember(claim.arn, run.problems);
    this.#launchReady();
    this.#finish(claim);
  }

  #launchReady(): void {
    if (this.#stopping) return;
    const running = Array.from(this.#running.values(), ({ claim }) => claim);
    for (const claim of readyToLaunch(this.#waiting, running)) {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== claim);
      this.#launch({ ...this.#inState(claim.arn, 'LAUNCHING'), launchedAt: this.#plane.clock.now() }, claim);
      this.#showOnTask(claim.taskArn);
    }
  }

  /** Ends one that never ran. */
  #endWaiting(claim: Claim, outcome: Outcome): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== claim);
    const record = this.#inState(claim.arn, 'ERROR');
    const endedAt = this.#plane.clock.now();
    this.#tell({ ...record, endedAt, result: { ...record.result, ...outcome }, ...endOfReport(record) });
    this.#finish(claim);
  }

  #finish({ arn, taskArn }: Claim): void {
    this.#showOnTask(taskArn);
    this.#awaited.get(arn)?.resolve();
    this.#awaited.delete(arn);
    const record = this.#plane.executions.get(arn);
    if (!record) return;
    const { errorCode, errorDetail, totalMs } = record.result;
    const id = idOf(arn);
    this.#plane.log.info('execution-ended', {
      execution: id,
      status: record.status,
      totalMs,
      errorCode,
      errorDetail,
    });
    this.#onEnd(record);
  }

  #inState(arn: string, status: ExecutionStatus): ExecutionRecord {
    const record = this.#plane.executions.get(arn);
    if (!record) throw new Error(`The record of ${arn} is gone before its end.`);
    return inState(record, status);
  }

  /** Keeps the record and tells its state. */
  #tell(record: ExecutionRecord): void {
    this.#plane.executions.put(record);
    const { arn, status: state } = record;
    this.#plane.notify({ resource: 'task-execution', arn, state, at: this.#plane.clock.now() });
  }

  /** The task is RUNNING, QUEUED or AVAILABLE as its executions are. */
  #showOnTask(taskArn: string): void {
    const task = this.#plane.tasks.get(taskArn);
    const runs = Array.from(this.#running.values()).some(({ claim }) => claim.taskArn === taskArn);
    const waits = this.#waiting.some((claim) => claim.taskArn === taskArn);
    const status: TaskStatus = runs ? 'RUNNING' : waits ? 'QUEUED' : 'AVAILABLE';
    if (!task || task.status === status) return;
    this.#plane.tasks.put(taskInState(task, status));
    this.#plane.notify({ resource: 'task', arn: taskArn, state: status, at: this.#plane.clock.now() });
  }

  #await(arn: string): void {
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    this.#awaited.set(arn, { promise, resolve });
  }

  #remember(arn: string, problems: readonly ExecutionProblem[]): void {
    if (problems.length === 0) return;
    this.#problems.set(arn, problems);
    const [oldest] = this.#problems.keys();
    if (this.#problems.size > MOST_REMEMBERED && oldest !== undefined) this.#problems.delete(oldest);
  }
}
