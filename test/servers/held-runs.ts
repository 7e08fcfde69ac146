// Runs that wait before each phase until they are told to go on, so that a test can do something at that moment. The
// world has manual pacing.

import { type Options, UpdateTaskExecutionCommand } from '@aws-sdk/client-datasync';
import { type Ended, problems, type World } from './s3-world.ts';

export type HeldAt = 'LAUNCHING' | 'PREPARING' | 'TRANSFERRING' | 'VERIFYING';

const MIB = 1024 * 1024;

/** A client gives up a server after half a minute, a silent one after three quarters; a loaded machine adds to that. */
const LONGEST_MS = 90_000;

/** Where it waits, in this order. */
const WAITS: readonly HeldAt[] = ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING'];

/** An execution that was begun; it waits to be launched. */
export interface HeldRun {
  readonly arn: string;
  /** Goes on, from wherever it waits, until it waits at the beginning of `status`. */
  to(status: HeldAt): Promise<void>;
  /** It may go on from where it waits. Resolves at once. */
  step(): Promise<void>;
  /** Goes on to its end and says how that was. */
  finish(): Promise<Ended>;
  /** Only so fast from now on; at full speed without a number. Within a second. */
  pace(bytesPerSecond?: number): Promise<void>;
  /** Resolves when something of a content has moved. Pace it before. */
  moving(): Promise<void>;
}

export async function startHeld(world: World, task: string, OverrideOptions: Options = {}): Promise<HeldRun> {
  const arn = await world.start(task, { OverrideOptions });
  let steps = 0;
  const step = async () => {
    steps += 1;
    await stepOf(world, arn);
  };
  return {
    arn,
    step,
    async to(status) {
      while (steps < WAITS.indexOf(status)) await step();
      const { Status } = await world.seen(arn, (run) => run.Status === status || isOver(run), LONGEST_MS);
      if (Status !== status) throw new Error(`It ended before ${status}.`);
    },
    async finish() {
      while (steps < WAITS.length) await step();
      return world.ended(arn, LONGEST_MS);
    },
    async pace(BytesPerSecond = -1) {
      const Options = { BytesPerSecond };
      await world.datasync.send(new UpdateTaskExecutionCommand({ TaskExecutionArn: arn, Options }));
    },
    moving: async () =>
      void (await world.seen(arn, ({ BytesTransferred = 0 }) => BytesTransferred > MIB / 4)),
  };
}

const isOver = ({ Status }: Ended) => Status === 'SUCCESS' || Status === 'ERROR';

/** A whole run without a stop. */
export async function runHeld(world: World, task: string): Promise<Ended> {
  return (await startHeld(world, task)).finish();
}

async function stepOf({ emulator }: World, arn: string): Promise<void> {
  const answer = await fetch(`${emulator.endpoint}/_datasync/executions/${arn.split('/').at(-1)}/step`, {
    method: 'POST',
  });
  if (!answer.ok) throw new Error(`A step was not taken: ${answer.status} ${await answer.text()}`);
}

/** How a run ended and of which items it told something, for comparison. */
export function endOf(world: World, ended: Ended) {
  return { status: ended.Status, code: ended.Result?.ErrorCode, problems: problems(world, ended) };
}

export const WENT_WELL = { status: 'SUCCESS', code: undefined, problems: [] };
