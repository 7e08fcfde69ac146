import { accessTestFails } from './access-test-fails.ts';
import { agentLost } from './agent-lost.ts';
import { agentOffline } from './agent-offline.ts';
import { apiEmpty } from './api-empty.ts';
import { apiError } from './api-error.ts';
import { apiLatency } from './api-latency.ts';
import { apiMalformed } from './api-malformed.ts';
import { apiReset } from './api-reset.ts';
import { corruption } from './corruption.ts';
import { credentialsExpired } from './credentials-expired.ts';
import { disconnected } from './disconnected.ts';
import { executionEnds } from './execution-ends.ts';
import { executionStays } from './execution-stays.ts';
import type { Fault } from './fault.ts';
import { interrupted } from './interrupted.ts';
import { ioError } from './io-error.ts';
import { locationUnreachable } from './location-unreachable.ts';
import { noSpace } from './no-space.ts';
import { notFound } from './not-found.ts';
import { permissionDenied } from './permission-denied.ts';
import type { FaultTable } from './rule.ts';
import { sharingViolation } from './sharing-violation.ts';
import { shortRead } from './short-read.ts';
import { slow } from './slow.ts';
import { sourceBecomesLink } from './source-becomes-link.ts';
import { sourceChmod } from './source-chmod.ts';
import { sourceDeleted } from './source-deleted.ts';
import { sourceGrows } from './source-grows.ts';
import { sourceRewritten } from './source-rewritten.ts';
import { sourceShrinks } from './source-shrinks.ts';
import { sourceTouched } from './source-touched.ts';
import { staleHandle } from './stale-handle.ts';
import { stalled } from './stalled.ts';
import { throttled } from './throttled.ts';

/** The table of faults: a new one is one file and one line. */
export const FAULTS: readonly Fault[] = [
  apiError,
  apiLatency,
  apiReset,
  apiEmpty,
  apiMalformed,
  permissionDenied,
  notFound,
  ioError,
  noSpace,
  staleHandle,
  sharingViolation,
  shortRead,
  corruption,
  slow,
  stalled,
  disconnected,
  interrupted,
  throttled,
  credentialsExpired,
  sourceGrows,
  sourceShrinks,
  sourceRewritten,
  sourceTouched,
  sourceChmod,
  sourceDeleted,
  sourceBecomesLink,
  locationUnreachable,
  accessTestFails,
  agentOffline,
  agentLost,
  executionStays,
  executionEnds,
];

/** Faults that are wanted, and why they cannot be had yet. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  'report-upload-fails': 'this version writes no task reports, so that none can fail to be uploaded.',
};

export const faultTable: FaultTable = {
  faults: new Map(FAULTS.map((fault) => [fault.name, fault])),
  notBuilt: new Map(Object.entries(NOT_BUILT)),
};
