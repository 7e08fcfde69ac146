import { type Level, type Operation, type OperationName, operations } from './operations.ts';
import type { S3Request } from './request.ts';
import { s3Error } from './s3-error.ts';

/**
 * Names in a query that mean another resource than the bucket or object itself. One that no operation of the
 * table asks for must not be overlooked: `PUT /key?acl` would otherwise store the list as an object.
 * @source Amazon S3 API Reference, "Actions"
 */
const SUBRESOURCES: ReadonlySet<string> = new Set(
  'abac accelerate acl analytics annotation append attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle location logging metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication requestPayment restore retention select session tagging torrent uploadId uploads versioning versions website'.split(
    ' ',
  ),
);

interface Candidate {
  readonly name: OperationName;
  readonly asks: number;
  readonly query: readonly string[];
  fits(request: S3Request): boolean;
}

function candidate(name: OperationName): Candidate {
  const { query = [], header }: Operation = operations[name];
  const wanted = query.map((text) => text.split('='));
  return {
    name,
    asks: query.length + Number(header !== undefined),
    query: wanted.map(([key = '']) => key),
    fits(request) {
      if (header !== undefined && request.header(header) === undefined) return false;
      return wanted.every(([key = '', value]) => {
        const given = request.query.get(key);
        return given !== undefined && (value === undefined || given === value);
      });
    },
  };
}

/** By level and method, those that ask for most first. */
const candidates = new Map<string, readonly Candidate[]>();
for (const name of Object.keys(operations) as OperationName[]) {
  const { on, method } = operations[name];
  const place = `${on} ${method}`;
  const all = [...(candidates.get(place) ?? []), candidate(name)];
  candidates.set(
    place,
    all.sort((a, b) => b.asks - a.asks),
  );
}

function levelOf({ bucket, key }: S3Request): Level {
  if (bucket === undefined) return 'service';
  return key === undefined ? 'bucket' : 'object';
}

/** Which operation a request asks for. @throws S3Error MethodNotAllowed, NotImplemented */
export function detect(request: S3Request): OperationName {
  const level = levelOf(request);
  const found = candidates.get(`${level} ${request.method}`)?.find((one) => one.fits(request));
  for (const name of request.query.keys()) {
    if (SUBRESOURCES.has(name) && !found?.query.includes(name)) throw notBuilt(request, `?${name}`);
  }
  if (!found) {
    if (request.method === 'POST') throw notBuilt(request, 'without a query (form uploads)');
    throw s3Error('MethodNotAllowed', undefined, {
      Method: request.method,
      ResourceType: level.toUpperCase(),
    });
  }
  return found.name;
}

function notBuilt({ method }: S3Request, what: string) {
  return s3Error('NotImplemented', `${method} ${what} is not implemented by this endpoint.`);
}
