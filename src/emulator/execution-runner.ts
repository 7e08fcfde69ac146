import type { ExecutionRecord } from './records.ts';

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
  /** Ends everything that runs, cleanly: each becomes ERROR. */
  shutdown(): Promise<void>;
}
