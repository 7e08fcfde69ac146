// Room: s3. The embedded S3 endpoint: HTTP in, buckets in memory or in files. Beside it the rooms below (base, storage),
// express and node:http; never the control plane of DataSync, which knows this room only as a handler.
// A request is read (request), its caller known (auth), its operation named (detect) and carried out (actions).

import type { IncomingMessage, ServerResponse } from 'node:http';
import { totalmem } from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Credentials } from '../base/sigv4.ts';
import { type Answer, send } from './answer.ts';
import { type AuthSettings, authenticate } from './auth.ts';
import { type Buckets, bucketsIn } from './buckets.ts';
import type { S3Service } from './call.ts';
import { detect } from './detect.ts';
import { openStoreroom } from './files/storeroom.ts';
import { memoryStoreroom } from './memory-shelf.ts';
import { operations } from './operations.ts';
import { hostReader, readRequest } from './request.ts';
import { S3Error, s3Error } from './s3-error.ts';
import { screen } from './screen.ts';
import { plainXmlDocument } from './xml.ts';

export interface S3Options {
  readonly clock: Clock;
  /** By which the dates of signatures are judged: clients sign by real time. Default: `clock`. */
  readonly realClock?: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of buckets whose maker names no Region. */
  readonly region: string;
  /** The account of callers whose access key is no account id; 12 digits. */
  readonly account: string;
  /** When given, requests must be signed with one of these; otherwise signatures are not looked at. */
  readonly credentials?: readonly Credentials[];
  /** Host names before which a bucket's name may stand (virtual-host style). Default `localhost` and `s3.localhost`. */
  readonly hosts?: readonly string[];
  /** Where buckets and objects outlive the process; nobody else may use it. Default: they live in memory. */
  readonly directory?: string;
  /** Most bytes of content that are held in memory. Default: half of the machine's memory. Files have no limit. */
  readonly limitBytes?: number;
  /** How long the restore of an archived object takes. Default 0. */
  readonly restoreMs?: number;
}

/** A handler of node:http and of express alike; it answers every request. */
export type S3Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface S3Endpoint {
  readonly handler: S3Handler;
  readonly buckets: Buckets;
  /** To be called when no request comes any more; may be called twice. */
  close(): Promise<void>;
}

const DEFAULT_HOSTS = ['localhost', 's3.localhost'];

/** @throws StoreError when the directory cannot be used */
export function createS3(options: S3Options): S3Endpoint {
  const { clock, random, log, region, account } = options;
  const storeroom = options.directory
    ? openStoreroom(options.directory, { random, log })
    : memoryStoreroom(random, options.limitBytes ?? Math.floor(totalmem() / 2));
  const buckets = bucketsIn(storeroom, clock, random);
  const service: S3Service = { buckets, clock, region, restoreMs: options.restoreMs ?? 0 };
  const auth: AuthSettings = { clock: options.realClock ?? clock, account, credentials: options.credentials };
  const bucketOfHost = hostReader(options.hosts ?? DEFAULT_HOSTS);
  const hostId = Buffer.from(random.hex(56)).toString('base64');

  const answer = async (incoming: IncomingMessage): Promise<Answer> => {
    const request = readRequest(incoming, bucketOfHost);
    const caller = authenticate(request, auth);
    const name = detect(request);
    screen(request);
    return operations[name].handle({ request, caller, service });
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = random.hex(16).toUpperCase();
    const ids = { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId };
    const headOnly = incoming.method === 'HEAD';
    try {
      await send(response, await answer(incoming), ids, headOnly);
    } catch (error) {
      if (response.destroyed) return;
      if (!(error instanceof S3Error)) {
        log.error('s3-request-failed', { requestId, method: incoming.method, cause: String(error) });
      }
      if (response.headersSent) response.destroy();
      else await send(response, errorAnswer(error, incoming, ids), ids, headOnly);
    }
  };

  return {
    buckets,
    handler: (incoming, response) => void handle(incoming, response),
    close: () => storeroom.close(),
  };
}

function errorAnswer(
  error: unknown,
  incoming: IncomingMessage,
  ids: Readonly<Record<string, string>>,
): Answer {
  const { code, status, message, details, headers } =
    error instanceof S3Error ? error : s3Error('InternalError');
  const body = plainXmlDocument('Error', {
    Code: code,
    Message: message,
    ...details,
    Resource: (incoming.url ?? '').replace(/\?.*$/s, ''),
    RequestId: ids['x-amz-request-id'],
    HostId: ids['x-amz-id-2'],
  });
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body };
}
