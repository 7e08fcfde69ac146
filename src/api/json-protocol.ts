// Room: api. HTTP in front of the control plane: AWS JSON 1.1, signatures, the server. It decides nothing
// about DataSync.

import type { Log } from '../base/log.ts';
import { nearest } from '../base/nearest.ts';
import type { ActionTable, CallContext } from '../emulator/action.ts';
import type { ControlPlane, Scope } from '../emulator/control-plane.ts';
import { refuseForeignAccount } from '../emulator/foreign-account.ts';
import type { ActiveFaults } from '../faults/faults.ts';
import { fromWire } from '../model/from-wire.ts';
import { redact } from '../model/redact.ts';
import { type Operation, operations, TARGET_PREFIX } from '../model/service.ts';
import { ServiceError } from '../model/service-error.ts';
import { toWire } from '../model/to-wire.ts';
import { validate } from '../model/validate.ts';
import { callOccasion } from './call-occasion.ts';
import { type ScopeDefaults, scopeOf } from './credential-scope.ts';
import { type ApiAnswer, type ApiRequest, headerOf } from './request.ts';
import { type SignatureRules, verifySignature } from './signatures.ts';
import { spoilt } from './spoilt-answer.ts';
import { targetHint } from './target-hint.ts';

/** What stands behind the API. */
export interface DataSyncApi {
  readonly actions: ActionTable;
  readonly plane: ControlPlane;
  readonly log: Log;
  readonly defaults: ScopeDefaults;
  /** Without them every signature, and none, is accepted. */
  readonly signatures?: SignatureRules | undefined;
  /** Default: none. */
  readonly faults?: ActiveFaults;
}

/** Answers one request; never throws. `requestId` goes into the answer and to the action. */
export type Protocol = (request: ApiRequest, requestId: string) => Promise<ApiAnswer>;

const CONTENT_TYPE = 'application/x-amz-json-1.1';
const JSON_TYPES: ReadonlySet<string> = new Set([CONTENT_TYPE, 'application/json']);

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * DataSync's side of AWS JSON 1.1: target, input, checks, action, answer.
 * @source kinesalite, which was checked against an AWS service of the same protocol: the order of checks
 */
export function dataSyncProtocol(api: DataSyncApi): Protocol {
  return async (request, requestId) => {
    const refusal = notJson(request, requestId);
    if (refusal) return refusal;
    const scope = scopeOf(request, api.defaults);
    const target = headerOf(request, 'x-amz-target') ?? '';
    const about = { target, account: scope.account, region: scope.region };
    try {
      const operation = findOperation(target, request.body, api.log);
      const json = parseBody(request.body);
      if (!operation) throw unknownOperation(target, api.log);
      if (api.signatures) verifySignature(request, api.signatures);
      return await answered(api, { operation, json, scope, requestId, about });
    } catch (error) {
      const told = error instanceof ServiceError ? error : internal(error, target, requestId, api.log);
      return errorAnswer(told, requestId, about);
    }
  };
}

interface Asked {
  readonly operation: Operation;
  readonly json: unknown;
  readonly scope: Scope;
  readonly requestId: string;
  readonly about: ApiAnswer['about'];
}

/** Carries the operation out, unless a fault is before it. */
async function answered(api: DataSyncApi, asked: Asked): Promise<ApiAnswer> {
  const { operation, json, scope, requestId, about } = asked;
  const spoil = await api.faults?.atCall(callOccasion(operation.name, json, scope, api.plane));
  const carriedOut = spoil?.carriedOut ?? true;
  const body = carriedOut ? await perform(api, operation, json, scope, requestId) : '{}';
  const answer = { status: 200, headers: headers(requestId), body, about };
  return spoil ? spoilt(answer, spoil.how) : answer;
}

const headers = (requestId: string) => ({ 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId });

/** The answer for what is no JSON call at all, or undefined. */
function notJson(request: ApiRequest, requestId: string): ApiAnswer | undefined {
  const type = (headerOf(request, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (request.method === 'POST' && JSON_TYPES.has(type)) return undefined;
  if (request.method === 'POST' && headerOf(request, 'x-amz-target')) {
    return xmlAnswer(404, '<UnknownOperationException/>\n', requestId);
  }
  return undetermined(requestId);
}

/** For a request that names no service or operation. @source kinesalite, checked against AWS */
export function undetermined(requestId: string): ApiAnswer {
  const message = 'Unable to determine service/operation name to be authorized';
  const body = `<AccessDeniedException>\n  <Message>${message}</Message>\n</AccessDeniedException>\n`;
  return xmlAnswer(403, body, requestId);
}

function xmlAnswer(status: number, body: string, requestId: string): ApiAnswer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body, about: {} };
}

/** An empty body with an unknown target is told as the unknown target. */
function findOperation(target: string, body: Uint8Array, log: Log): Operation | undefined {
  const dot = target.indexOf('.');
  const operation =
    target.slice(0, dot) === TARGET_PREFIX ? operations.get(target.slice(dot + 1)) : undefined;
  if (!operation && body.byteLength === 0) throw unknownOperation(target, log);
  return operation;
}

function unknownOperation(target: string, log: Log): ServiceError {
  const hint = targetHint(target);
  log.warn('unknown-operation', { target: target.slice(0, 200), hint });
  return new ServiceError('UnknownOperationException', 400, '');
}

/** @throws ServiceError `SerializationException` without a text, as AWS gives it, unless it is a JSON object */
function parseBody(body: Uint8Array): unknown {
  let json: unknown;
  try {
    json = JSON.parse(UTF8.decode(body));
  } catch {
    json = undefined;
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new ServiceError('SerializationException', 400, '');
}

async function perform(
  api: DataSyncApi,
  operation: Operation,
  json: unknown,
  scope: Scope,
  requestId: string,
): Promise<string> {
  const { name, input: shape, output } = operation;
  const { value, ignored } = fromWire(shape, json);
  for (const path of ignored) {
    const near = nearest(path.slice(path.lastIndexOf('.') + 1), shape.members.keys());
    const hint = near === undefined ? 'It is ignored.' : `It is ignored. Did you mean ${near}?`;
    api.log.info('unknown-member', { requestId, operation: name, member: path.slice(0, 200), hint });
  }
  refuseForeignAccount(shape, value, scope);
  validate(shape, value);
  api.log.debug('input', { requestId, operation: name, input: redact(shape, value) });
  // The table's line for `name` takes what has just been checked against the shape of `name`.
  const action = api.actions[name] as (input: never, context: CallContext) => unknown;
  const answer = await action(value as never, { plane: api.plane, scope, requestId });
  return JSON.stringify(toWire(output, answer ?? {}));
}

/** A bug of ours: the log gets what happened and where, the client the id to look for. */
function internal(error: unknown, target: string, requestId: string, log: Log): ServiceError {
  log.error('internal-error', { requestId, target, ...describeBug(error) });
  return new ServiceError(
    'InternalException',
    500,
    `The emulator failed, which is a bug in it. Its log tells the cause under the request id ${requestId}.`,
  );
}

function describeBug(error: unknown): { error: string; where: string; causes: string[] } {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && causes.length < 5) {
    causes.push(`${cause.name}: ${cause.message}`);
    cause = cause.cause;
  }
  const isError = error instanceof Error;
  const where = isError ? (error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '') : '';
  return { error: isError ? `${error.name}: ${error.message}` : String(error), where: where.trim(), causes };
}

/** `__type` is what botocore reads, the header what the JavaScript SDK may read. */
function errorAnswer(error: ServiceError, requestId: string, about: Record<string, string>): ApiAnswer {
  const body = {
    __type: error.name,
    ...(error.message === '' ? {} : { message: error.message }),
    ...(error.errorCode === undefined ? {} : { errorCode: error.errorCode }),
  };
  return {
    status: error.httpStatus,
    headers: { ...headers(requestId), 'x-amzn-errortype': error.name },
    body: JSON.stringify(body),
    about: { ...about, error: error.name, message: error.message.slice(0, 500) },
  };
}
