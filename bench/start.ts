import { ListTasksCommand } from '@aws-sdk/client-datasync';
import { startEmulator } from './emulator.ts';
import { median, report, short } from './measure.ts';

/** From the spawn of the process to the first answer of the API; and what it holds when idle. */
export async function benchStart(): Promise<void> {
  const firstAnswers: number[] = [];
  let idleMiB = 0;
  for (let round = 0; round < 5; round++) {
    const startedAt = performance.now();
    await using emulator = await startEmulator();
    await fetch(emulator.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'FmrsService.ListTasks' },
      body: '{}',
    });
    firstAnswers.push(performance.now() - startedAt);
    await emulator.datasync.send(new ListTasksCommand({}));
    idleMiB = Math.max(idleMiB, emulator.memory().nowMiB);
  }
  report('start', {
    firstAnswerMs: short(median(firstAnswers)),
    idleMiB,
    aim: { firstAnswerMs: 400, idleMiB: 120 },
  });
}
