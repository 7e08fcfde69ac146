import t from 'tap';
import { FAULTS } from '../../src/faults/index.ts';
import {
  agentStory,
  callStory,
  type Effect,
  faultContract,
  heldCallStory,
  heldStory,
  lostStory,
  restStory,
  runStory,
} from '../contract/fault.ts';

const SKIPPED = { status: 'ERROR', errorDetail: /files skipped due to errors/, others: ['dir/three', 'two'] };
const MISMATCHED = {
  status: 'ERROR',
  errorDetail: /Verification detected mismatches/,
  others: ['dir/three', 'two'],
};

const fails = (line: RegExp, message: RegExp): Effect => ({
  look: runStory,
  sees: { ...SKIPPED, one: undefined, problems: [{ what: 'failed', path: '/one', line, message }] },
});

const differs = (message: RegExp, one: RegExp): Effect => ({
  look: runStory,
  sees: { ...MISMATCHED, one, problems: [{ what: 'mismatched', path: '/one', message }] },
});

/** What is seen of each fault; one that is missing here fails the last test. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  'api-error': { look: callStory, sees: { error: 'ThrottlingException', status: 400 } },
  'api-latency': { look: heldCallStory, sees: { inTime: false, tasks: 1 } },
  'api-reset': { look: callStory, sees: { error: /ECONNRESET|Error/ } },
  'api-empty': { look: callStory, sees: { tasks: 0 } },
  'api-malformed': { look: callStory, sees: { error: 'SyntaxError' } },
  'permission-denied': fails(/Failed to open source file \/one: Permission denied/, /Permission denied/),
  'not-found': fails(/Failed to open source file \/one: No such file or directory/, /No such file/),
  'io-error': fails(/Failed to transfer file \/one: Input\/output error/, /Input\/output error/),
  'no-space': fails(/Failed to transfer file \/one: No space left on device/, /No space left/),
  'stale-handle': fails(/Failed to open source file \/one: Stale file handle/, /Stale file handle/),
  'sharing-violation': fails(/Failed to open source file \/one: /, /in use by another process/),
  'short-read': fails(/Failed to open source file \/one: Input\/output error/, /12 of its 13 bytes/),
  corruption: differs(/differ in content/, /^(?!first content).{13}$/),
  slow: { look: heldStory, sees: { status: 'TRANSFERRING', endsIn: 'SUCCESS' } },
  stalled: { look: restStory, sees: { status: 'TRANSFERRING', endsIn: 'SUCCESS' } },
  disconnected: { look: runStory, sees: { status: 'ERROR', errorCode: 'SrcLocHitAccess' } },
  throttled: fails(/Failed to transfer file \/one: Resource temporarily unavailable/, /SlowDown/),
  'credentials-expired': {
    look: runStory,
    sees: { status: 'ERROR', errorCode: 'SrcLocHitAccess', errorDetail: /x40015/ },
  },
  'source-grows': differs(/mtime/, /^first contentMore has been written/),
  'source-shrinks': differs(/mtime/, /^first $/),
  'source-rewritten': { look: runStory, sees: { status: 'SUCCESS', one: /^[^f]/s } },
  'source-touched': differs(/mtime/, /first content/),
  'source-chmod': differs(/mode/, /first content/),
  'source-deleted': fails(/Failed to open source file \/one: No such file or directory/, /./),
  'source-becomes-link': fails(/Failed to open source file \/one/, /./),
  'location-unreachable': {
    look: runStory,
    sees: { status: 'ERROR', errorCode: 'SrcLocHitAccess', errorDetail: /timed out/ },
  },
  'access-test-fails': {
    look: runStory,
    sees: {
      status: 'ERROR',
      errorDetail:
        /^Task failed to access location loc-[0-9a-f]{17}: x40016: mount\.nfs: Connection timed out$/,
    },
  },
  'agent-offline': {
    look: agentStory,
    sees: {
      before: { agent: 'OFFLINE', task: 'UNAVAILABLE' },
      during: { status: 'LAUNCHING', endsIn: 'SUCCESS' },
      after: { agent: 'ONLINE', task: 'AVAILABLE' },
    },
  },
  'agent-lost': {
    look: lostStory,
    sees: {
      status: 'ERROR',
      errorCode: 'AgentLost',
      errorDetail: /0\.1 s/,
      agent: 'OFFLINE',
      task: 'UNAVAILABLE',
    },
  },
  'execution-stays': { look: restStory, sees: { status: 'LAUNCHING', endsIn: 'SUCCESS' } },
  'execution-ends': {
    look: runStory,
    sees: { status: 'ERROR', errorCode: 'NoMem', errorDetail: 'Cannot allocate memory', one: undefined },
  },
};

/** Their effect is that all goes well; see the test of their own. */
const APART: readonly string[] = ['interrupted'];

for (const fault of FAULTS) {
  const effect = EFFECTS[fault.name];
  if (effect) faultContract(fault, effect);
}

t.test('no fault is left out', async (t) => {
  const seen = [...Object.keys(EFFECTS), ...APART];
  t.strictSame(FAULTS.map(({ name }) => name).toSorted(), seen.toSorted());
});
