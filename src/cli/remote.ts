// Commands that speak to an emulator that runs already.

import type { Command } from 'commander';
import { processEnvironment } from '../harness/config.ts';
import { Failure } from './failure.ts';

/** How a running emulator is told on the command line. */
export interface RemoteFlags {
  readonly endpoint?: string;
  readonly json?: boolean;
}

const USUAL = 'http://127.0.0.1:4567';

/** Adds `--endpoint` and `--json`. */
export function withRemoteFlags(command: Command): Command {
  return command
    .option('--endpoint <url>', `the running emulator (default: AWS_ENDPOINT_URL_DATASYNC, else ${USUAL})`)
    .option('--json', 'answer as JSON, for programs');
}

/**
 * Asks the emulator for `path` below `/_datasync`, and gives back the JSON that it answered.
 * @throws Failure when nothing answers, or with the emulator's own message when it refuses
 */
export async function askEmulator(
  { endpoint }: RemoteFlags,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const base = endpoint ?? processEnvironment()['AWS_ENDPOINT_URL_DATASYNC'] ?? USUAL;
  if (!URL.canParse(base)) throw new Failure(`${base} is no URL. Write it as ${USUAL}.`, 2);
  const url = new URL(`/_datasync/${path}`, base);
  const response = await fetch(url, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  }).catch((cause: unknown) => {
    throw new Failure(
      `Nothing answers at ${url.origin}. Start it with "datasync-local start", or say where it is with --endpoint.`,
      1,
      { cause },
    );
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw new Failure(messageIn(answer) ?? `${url} answered with status ${response.status}.`, 1);
}

function messageIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined;
  return typeof answer.message === 'string' ? answer.message : undefined;
}
