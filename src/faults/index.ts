import type { Fault } from './fault.ts';
import { permissionDenied } from './permission-denied.ts';
import type { FaultTable } from './rule.ts';

/** The table of faults: a new one is one file and one line. */
const FAULTS: readonly Fault[] = [permissionDenied];

/** Faults that are wanted, and why they cannot be had yet. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  'report-upload-fails': 'this version writes no task reports, so that none can fail to be uploaded.',
};

export const faultTable: FaultTable = {
  faults: new Map(FAULTS.map((fault) => [fault.name, fault])),
  notBuilt: new Map(Object.entries(NOT_BUILT)),
};
