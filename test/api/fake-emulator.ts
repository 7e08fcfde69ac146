import { dataSyncProtocol } from '../../src/api/json-protocol.ts';
import { listen, type Mount, type PlainHandler } from '../../src/api/server.ts';
import type { SignatureRules } from '../../src/api/signatures.ts';
import { streamLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { ActionTable } from '../../src/emulator/action.ts';
import type { ControlPlane } from '../../src/emulator/control-plane.ts';
import { operations } from '../../src/model/service.ts';

export interface FakeOptions {
  readonly actions?: Partial<ActionTable>;
  readonly signatures?: SignatureRules;
  readonly fallback?: PlainHandler;
  readonly mounts?: readonly Mount[];
  readonly ready?: () => boolean;
}

/** The API in front of actions that answer nothing, but for those handed in; with the lines of its log. */
export async function startFake(options: FakeOptions = {}) {
  const lines: Record<string, unknown>[] = [];
  const clock = systemClock();
  const log = streamLog({ write: (line) => lines.push(JSON.parse(line)) }, clock, 'json', 'debug');
  const nothing = Object.fromEntries([...operations.keys()].map((name) => [name, () => ({})]));
  const protocol = dataSyncProtocol({
    actions: { ...nothing, ...options.actions } as unknown as ActionTable,
    plane: {} as ControlPlane,
    log,
    defaults: { account: '000000000000', region: 'us-east-1' },
    signatures: options.signatures,
  });
  const server = await listen({
    host: '127.0.0.1',
    port: 0,
    dataSync: protocol,
    fallback: options.fallback,
    mounts: options.mounts ?? [],
    ready: options.ready ?? (() => true),
    clock,
    log,
  });
  const logged = (event: string) => lines.filter((line) => line['event'] === event);
  return { endpoint: server.endpoint, port: server.port, close: server.close, lines, logged };
}

/** Sends a JSON 1.1 call without an SDK; `headers` override. A null body sends none. */
export async function post(
  endpoint: string,
  operation: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; text: string; json: Record<string, unknown> }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `FmrsService.${operation}`,
      ...headers,
    },
    body:
      typeof body === 'string' || body instanceof Uint8Array || body === null ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}
