import { type Random, resourceId } from '../base/random.ts';
import type { Scope } from './control-plane.ts';

/** The parts of an ARN, `arn:partition:service:region:account:resource`. Parts may be empty. */
export interface Arn extends Scope {
  readonly service: string;
  /** Everything after the fifth colon, such as `task/task-0…/execution/exec-0…`. */
  readonly resource: string;
}

/** Undefined when `text` has not the six parts. */
export function parseArn(text: string): Arn | undefined {
  const [arn, partition, service, region, account, ...rest] = text.split(':');
  if (arn !== 'arn' || partition === undefined || service === undefined) return undefined;
  if (region === undefined || account === undefined || rest.length === 0) return undefined;
  return { partition, service, region, account, resource: rest.join(':') };
}

/** The last part of an ARN: `arn:…:task/task-0a/execution/exec-0b` gives `exec-0b`. */
export function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The beginning that all DataSync ARNs of one account and Region share. */
export function scopePart(of: Scope | string): string {
  if (typeof of === 'string') return of.split(':', 5).join(':');
  return `arn:${of.partition}:datasync:${of.region}:${of.account}`;
}

/** The account and Region that a well-formed ARN names. */
export function scopeOf(arn: string): Scope {
  const [, partition = '', , region = '', account = ''] = arn.split(':', 5);
  return { partition, region, account };
}

const FOLDER = { agent: 'agent', loc: 'location', task: 'task' } as const;

/** A new id with its ARN. */
export function newArn(kind: keyof typeof FOLDER, scope: Scope, random: Random): { id: string; arn: string } {
  const id = resourceId(kind, random);
  return { id, arn: `${scopePart(scope)}:${FOLDER[kind]}/${id}` };
}

/** A new execution of a task; its ARN contains the task's. */
export function newExecutionArn(taskArn: string, random: Random): { id: string; arn: string } {
  const id = resourceId('exec', random);
  return { id, arn: `${taskArn}/execution/${id}` };
}
