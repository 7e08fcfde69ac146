import type { Clock } from './clock.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Where events for people and programs go. One event, one line. Never a secret, never a stack trace. */
export interface Log {
  error(event: string, details?: LogDetails): void;
  warn(event: string, details?: LogDetails): void;
  info(event: string, details?: LogDetails): void;
  debug(event: string, details?: LogDetails): void;
}

export type LogDetails = Readonly<Record<string, unknown>>;

export type LogFormat = 'json' | 'text';

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

const asJson = (_key: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);

function textLine(at: string, level: LogLevel, event: string, details: LogDetails): string {
  const members = Object.entries(details).map(([key, value]) => `${key}=${JSON.stringify(value, asJson)}`);
  return [at, level.toUpperCase().padEnd(5), event, ...members].join(' ');
}

/** A log that writes lines to `stream`: NDJSON, or text for people. */
export function streamLog(
  stream: { write(line: string): unknown },
  clock: Clock,
  format: LogFormat = 'json',
  quietest: LogLevel = 'info',
): Log {
  const write = (level: LogLevel, event: string, details: LogDetails = {}) => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(quietest)) return;
    const at = new Date(clock.now()).toISOString();
    const line =
      format === 'json'
        ? JSON.stringify({ at, level, event, ...details }, asJson)
        : textLine(at, level, event, details);
    stream.write(`${line}\n`);
  };
  return {
    error: (event, details) => write('error', event, details),
    warn: (event, details) => write('warn', event, details),
    info: (event, details) => write('info', event, details),
    debug: (event, details) => write('debug', event, details),
  };
}

const nothing = () => undefined;

/** Says nothing. */
export const silentLog: Log = { error: nothing, warn: nothing, info: nothing, debug: nothing };
