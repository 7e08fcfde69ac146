import {
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  StartTaskExecutionCommand,
} from '@aws-sdk/client-datasync';
import { SingleBar } from 'cli-progress';
import type { Clock } from '../../base/clock.ts';
import { readableBytes, readableCount } from '../readable.ts';
import { type Clients, given } from './client.ts';

export type Execution = DescribeTaskExecutionCommandOutput;

/** Where the demo writes. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const POLL_MS = 50;
/** Without a terminal: a line at each change of status, and one a second. */
const LINE_MS = 1000;

/** Starts the task and follows it to its end, as everybody must: by asking. */
export async function runAndWatch(
  { datasync }: Clients,
  TaskArn: string,
  screen: Screen,
  clock: Clock,
): Promise<Execution> {
  const { TaskExecutionArn } = await datasync.send(new StartTaskExecutionCommand({ TaskArn }));
  const view = screen.isTTY ? new BarView(screen) : new LineView(screen, clock);
  const startedAt = clock.now();
  for (;;) {
    const execution = await datasync.send(
      new DescribeTaskExecutionCommand({ TaskExecutionArn: given(TaskExecutionArn) }),
    );
    view.show(execution, clock.now() - startedAt);
    if (execution.Status === 'SUCCESS' || execution.Status === 'ERROR') {
      view.end();
      return execution;
    }
    await clock.sleep(POLL_MS);
  }
}

/** Files, bytes and rates of an execution, in one line. */
function progress(execution: Execution, elapsedMs: number): string {
  const { FilesTransferred = 0, EstimatedFilesToTransfer = 0 } = execution;
  const { BytesTransferred = 0, EstimatedBytesToTransfer = 0 } = execution;
  const seconds = Math.max(elapsedMs, 1) / 1000;
  return [
    `${readableCount(FilesTransferred)}/${readableCount(EstimatedFilesToTransfer)} files`,
    `${readableBytes(BytesTransferred)}/${readableBytes(EstimatedBytesToTransfer)}`,
    `${readableCount(Math.round(FilesTransferred / seconds))} files/s`,
    `${readableBytes(BytesTransferred / seconds)}/s`,
  ].join(', ');
}

class BarView {
  readonly #bar: SingleBar;

  constructor(screen: Screen) {
    this.#bar = new SingleBar({
      format: '  {status} {bar} {text}',
      stream: screen as NodeJS.WriteStream,
      barsize: 10,
      hideCursor: true,
    });
    this.#bar.start(1, 0, { status: 'QUEUED'.padEnd(12), text: '' });
  }

  show(execution: Execution, elapsedMs: number): void {
    const { FilesTransferred = 0, EstimatedFilesToTransfer = 0, Status = '' } = execution;
    this.#bar.setTotal(Math.max(EstimatedFilesToTransfer, 1));
    this.#bar.update(FilesTransferred, {
      status: Status.padEnd(12),
      text: progress(execution, elapsedMs),
    });
  }

  end(): void {
    this.#bar.stop();
  }
}

class LineView {
  readonly #screen: Screen;
  readonly #clock: Clock;
  #status = '';
  #lineAt = 0;

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen;
    this.#clock = clock;
  }

  show(execution: Execution, elapsedMs: number): void {
    const { Status = '' } = execution;
    const now = this.#clock.now();
    if (Status === this.#status && now - this.#lineAt < LINE_MS) return;
    this.#status = Status;
    this.#lineAt = now;
    this.#screen.write(`   ${Status.padEnd(12)} ${progress(execution, elapsedMs)}\n`);
  }

  end(): void {
    // Every line stands already.
  }
}
