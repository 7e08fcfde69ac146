import type { EntryKind } from '../storage/backend.ts';
import type { TransferEvent } from '../transfer/job.ts';
import { wordsOf } from './access-words.ts';

/** An item of a run that did not go well, or about which there is something to say. */
export interface ExecutionProblem {
  readonly what: 'failed' | 'mismatched' | 'skipped' | 'warned';
  /** With a "/" in front, as DataSync's logs show paths. */
  readonly path: string;
  readonly kind: EntryKind | undefined;
  /** What happened, for people. */
  readonly message: string;
  /** As Basic mode writes it to CloudWatch Logs. */
  readonly line: string;
}

/** The problem that an event tells of, if any. */
export function problemOf(event: TransferEvent): ExecutionProblem | undefined {
  switch (event.type) {
    case 'failed':
      return failed(event);
    case 'mismatched':
      return mismatched(event);
    case 'skipped':
      return event.message === undefined
        ? undefined
        : warning('skipped', event.path, event.kind, event.message);
    case 'warned':
      return warning('warned', event.path, undefined, event.message);
    default:
      return undefined;
  }
}

type Failed = Extract<TransferEvent, { type: 'failed' }>;

function failed(event: Failed): ExecutionProblem {
  const path = shown(event.path);
  const { message } = event.error;
  return {
    what: 'failed',
    path,
    kind: event.kind,
    message,
    line: `[ERROR] ${failureOf(event, path)}: ${wordsOf(event.error)}`,
  };
}

/** @source AWS user guide, "Troubleshooting task verification", but for `delete` and `create`: guess */
function failureOf(event: Failed, path: string): string {
  switch (event.step) {
    case 'list':
    case 'prepare':
      return `Failed to read metadata for ${event.side === 'destination' ? 'destination ' : ''}${noun(event.kind)} ${path}`;
    case 'transfer':
      if (event.side === 'source') return `Failed to open source file ${path}`;
      return `Failed to transfer file ${path}`;
    case 'verify':
      return `Failed to read metadata for ${event.side} file ${path}`;
    case 'delete':
      return `Failed to delete ${noun(event.kind)} ${path}`;
  }
}

const noun = (kind: EntryKind) => (kind === 'directory' ? 'directory' : 'file');

type Mismatched = Extract<TransferEvent, { type: 'mismatched' }>;

/**
 * The sign says which side has it: `<` only the source, `>` only the destination, `<>` both, differing.
 * @source AWS user guide, "Configuring logging" and "Troubleshooting task verification"; guess for `<`
 */
function mismatched(event: Mismatched): ExecutionProblem {
  const path = shown(event.path);
  const { only, members } = event.difference;
  const sign = only === undefined ? '<>' : SIGN[only];
  const message =
    only === undefined
      ? `Source and destination differ in ${members.join(', ')}.`
      : `It is at the ${only} only.`;
  return {
    what: 'mismatched',
    path,
    kind: event.kind,
    message,
    line: `[NOTICE] Verification failed ${sign} ${path}`,
  };
}

const SIGN = { source: '<', destination: '>' } as const;

function warning(
  what: 'skipped' | 'warned',
  path: string,
  kind: EntryKind | undefined,
  message: string,
): ExecutionProblem {
  return { what, path: shown(path), kind, message, line: `[WARN] ${shown(path)}: ${message}` };
}

const shown = (path: string) => `/${path}`;
