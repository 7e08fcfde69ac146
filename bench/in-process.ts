import { DataSyncClient, ListTasksCommand } from '@aws-sdk/client-datasync';
import { createDataSync } from '../src/index.ts';
import { median, report, short } from './measure.ts';

/** Emulators for tests in this process: how long one takes when others were there before, and 50 at once. */
export async function benchInProcess(): Promise<void> {
  await startedIn();
  const starts: number[] = [];
  const firstAnswers: number[] = [];
  for (let round = 0; round < 20; round++) {
    const { startMs, firstAnswerMs } = await startedIn();
    starts.push(startMs);
    firstAnswers.push(firstAnswerMs);
  }
  const startedAt = performance.now();
  const many = await Promise.all(Array.from({ length: 50 }, () => createDataSync()));
  const fiftyMs = performance.now() - startedAt;
  await Promise.all(many.map((one) => one.close()));
  report('in-process', {
    startMs: short(median(starts)),
    firstAnswerMs: short(median(firstAnswers)),
    fiftyMs: short(fiftyMs),
    aim: { startMs: 100 },
  });
}

/** Until it can be used, and until it has answered once; then it is closed. */
async function startedIn(): Promise<{ startMs: number; firstAnswerMs: number }> {
  const startedAt = performance.now();
  await using dataSync = await createDataSync();
  const startMs = performance.now() - startedAt;
  await new DataSyncClient(dataSync.clientConfig).send(new ListTasksCommand({}));
  return { startMs, firstAnswerMs: performance.now() - startedAt };
}
