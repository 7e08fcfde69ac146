import { spawnSync } from 'node:child_process';

/** One line of JSON for programs; the benches print nothing else on standard output. */
export function report(bench: string, figures: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ bench, ...figures }));
}

/** Seconds that a command took as a whole process. @throws when it fails */
export function timeCommand(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): number {
  const startedAt = performance.now();
  const { AWS_CA_BUNDLE: _without, ...inherited } = process.env;
  const { status, stderr, error } = spawnSync(command, args, {
    env: { ...inherited, ...environment },
    encoding: 'utf8',
  });
  if (error) throw new Error(`${command} cannot be run (${error.message}): install it to compare with it.`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return (performance.now() - startedAt) / 1000;
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Rounded to three digits, for people. */
export const short = (figure: number) => Number(figure.toPrecision(3));

/**
 * Runs each contender in turn, `rounds` times, and reports the medians in seconds and their ratio to
 * `against`. They take turns so that what else the machine does meets all of them alike.
 */
export async function race(
  bench: string,
  rounds: number,
  contenders: Readonly<Record<string, () => Promise<number> | number>>,
  against: string,
): Promise<void> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      times[name] = [...(times[name] ?? []), await run()];
    }
  }
  const medians = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, short(median(all))]));
  const base = median(times[against] ?? []);
  const ratios = Object.fromEntries(
    Object.entries(times)
      .filter(([name]) => name !== against)
      .map(([name, all]) => [`${name}/${against}`, short(median(all) / base)]),
  );
  report(bench, { rounds, seconds: medians, ratios });
}

/** A password as rclone wants it in its settings. */
export function obscured(password: string): string {
  const { stdout, status, stderr } = spawnSync('rclone', ['obscure', password], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`rclone obscure ended with ${status}: ${stderr}`);
  return stdout.trim();
}
