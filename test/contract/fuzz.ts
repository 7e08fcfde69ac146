import fc from 'fast-check';
import { javaPattern } from '../../src/model/java-pattern.ts';
import { minimal, misfit, model, shapeOf, TEXTS } from './samples.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
}

/** How often each answer came, as `CreateTask 200` or `CreateTask ValidationException`. */
export type FuzzReport = ReadonlyMap<string, number>;

interface FuzzedCall {
  readonly operation: string;
  readonly body: unknown;
  /** Where the text of the body is cut off, from 0 to 1; undefined: nowhere. */
  readonly cut: number | undefined;
}

/** Stands for something that an earlier answer named, if there is one by then. */
class Earlier {
  readonly shape: string;
  readonly pick: number;

  constructor(shape: string, pick: number) {
    this.shape = shape;
    this.pick = pick;
  }
}

const REFUSALS: ReadonlySet<unknown> = new Set([
  'ValidationException',
  'SerializationException',
  'InvalidRequestException',
]);

/** What answers name and later calls ask for. */
const NAMED: ReadonlySet<string> = new Set([
  'AgentArn',
  'LocationArn',
  'TaskArn',
  'TaskExecutionArn',
  'NextToken',
]);

/** A wrong name here would be looked up on the network: only names that are refused, or live in memory. */
const HOSTS: ReadonlySet<string> = new Set([
  'AzureBlobContainerUrl',
  'HdfsServerHostname',
  'KmsKeyProviderUri',
  'ServerHostname',
  'ServerIpAddress',
]);

/** More texts that each shape takes, or that look as if. */
const MORE_TEXTS: Readonly<Record<string, readonly string[]>> = {
  FilterAttributeValue: ['NFS', 's3://bucket', '2026-01-01T00:00:00Z', 'not a date', '*', '\\'],
  FilterValue: [
    '*.tmp',
    '/a|/b',
    '/a\\|b|',
    '*',
    '/x*',
    '||',
    '\\',
    '/a*/b',
    '/\ud83d\ude00',
    '/'.repeat(3000),
  ],
  ScheduleExpressionCron: [
    'cron(0 12 ? * SUN,WED *)',
    'cron(* * * * ? *)',
    'rate(1 minute)',
    'rate(0 hours)',
    'cron(0 0 31 2 ? *)',
    'rate(99999999999999999999 days)',
    'cron(0/5 ? ? ? ? 1969-2300)',
    '',
  ],
  ServerHostname: ['files.memory', 'NAS.MEMORY'],
  ObjectStorageBucketName: ['other', '...', 'a b'],
  S3BucketArn: [
    'arn:aws:s3:::other',
    'arn:aws:s3:us-east-1:000000000000:accesspoint/point',
    'arn:aws:s3-outposts:us-east-1:000000000000:outpost/op-1/accesspoint/point',
  ],
  FsxOpenZfsSubdirectory: ['/fsx', 'x', '/fsx/../..'],
  TagKey: ['__proto__', 'constructor', 'aws:x', 'toString', 'hasOwnProperty'],
};

// biome-ignore format: a table
const NASTY = [
  '', '/', '//', '.', '..', '/../..', '/a/../b', '/a/./b', 'a//b/', '\0', '/a\0b', '/\u2028', '\ud800', '/\udfff/',
  '__proto__', 'constructor', 'x'.repeat(300), `/${'a/'.repeat(100)}`, '%00', '%2e%2e/', '/ü/日本', 'e\u0301',
  '*', '|', '-1', 'arn:aws:datasync:us-east-1:999999999999:task/task-0123456789abcdef0', 'arn:::::',
];

const junkText = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e300, '', 'x', [], {}, [[]], [null], { a: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);

const memo = new Map<string, fc.Arbitrary<unknown>>();

/** Values that the shape takes, mostly. */
function good(name: string): fc.Arbitrary<unknown> {
  const known = memo.get(name);
  if (known) return known;
  const made = makeGood(name);
  memo.set(name, made);
  return made;
}

function makeGood(name: string): fc.Arbitrary<unknown> {
  const shape = shapeOf(name);
  const { min, max } = shape;
  if (shape.type === 'structure') return structureOf(name, good, 0.02);
  if (shape.type === 'list') {
    const most = Math.min(max ?? 3, 3);
    return fc.array(good(shape.member?.shape ?? ''), {
      minLength: Math.min(min ?? 0, most),
      maxLength: most,
    });
  }
  if (shape.type === 'string') return goodText(name);
  if (shape.type === 'blob') return fc.constantFrom('', 'AAAA', 'W2xpYmRlZmF1bHRzXQ==');
  const low = min ?? -5;
  const high = Math.min(max ?? 2 ** 40, 2 ** 40);
  return fc.oneof(fc.constantFrom(low, high), fc.integer({ min: low, max: Math.min(high, 100_000_000) }));
}

function goodText(name: string): fc.Arbitrary<unknown> {
  const shape = shapeOf(name);
  if (shape.enum) return fc.constantFrom(...shape.enum);
  const texts = fc.constantFrom(String(minimal(name)), ...(MORE_TEXTS[name] ?? []));
  const earlier = (of: string) => fc.nat().map((pick) => new Earlier(of, pick));
  if (NAMED.has(name))
    return fc.oneof({ arbitrary: texts, weight: 1 }, { arbitrary: earlier(name), weight: 9 });
  if (name === 'TaggableResourceArn') return fc.oneof(texts, ...[...NAMED].map(earlier));
  if (name in TEXTS || HOSTS.has(name)) return texts;
  return fc.oneof({ arbitrary: texts, weight: 3 }, { arbitrary: junkText.filter(fits(name)), weight: 1 });
}

/** Whether a text keeps what the model says of the shape. */
function fits(name: string): (text: string) => boolean {
  const { min = 0, max = Number.POSITIVE_INFINITY, pattern } = shapeOf(name);
  const compiled = pattern === undefined ? undefined : javaPattern(pattern);
  return (text) =>
    text.isWellFormed() && text.length >= min && text.length <= max && (compiled?.matches(text) ?? true);
}

/** Values that may be wrong in any place. */
function broken(name: string): fc.Arbitrary<unknown> {
  const shape = shapeOf(name);
  if (shape.type === 'structure') return structureOf(name, sometimesBroken, 0.15);
  if (shape.type === 'list')
    return fc.oneof(junk, fc.array(sometimesBroken(shape.member?.shape ?? ''), { maxLength: 60 }));
  if (shape.type === 'string') {
    const texts = HOSTS.has(name) ? junkText.map((text) => `${text}!`) : junkText;
    return fc.oneof(
      texts,
      junk.filter((value) => typeof value !== 'string'),
    );
  }
  return fc.oneof(junk, fc.double(), fc.maxSafeInteger());
}

function sometimesBroken(name: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: good(name), weight: 5 },
    { arbitrary: fc.constant(name).chain(broken), weight: 1 },
  );
}

function structureOf(
  name: string,
  of: (shape: string) => fc.Arbitrary<unknown>,
  lacking: number,
): fc.Arbitrary<unknown> {
  const { members = {}, required = [] } = shapeOf(name);
  const percent = Math.round(lacking * 100);
  const parts = Object.entries(members).map(([member, { shape }]) => {
    const weight = required.includes(member) ? percent : 65;
    const absent = { arbitrary: fc.constant(undefined), weight };
    const given = fc.oneof(absent, { arbitrary: of(shape), weight: 100 - weight });
    return given.map((value): [string, unknown][] => (value === undefined ? [] : [[member, value]]));
  });
  const strange = fc.constantFrom<[string, unknown][]>(
    [],
    [],
    [],
    [['__proto__', { a: 1 }]],
    [['constructor', 1]],
    [['Odd', null]],
  );
  return fc.tuple(...parts, strange).map((entries) => Object.fromEntries(entries.flat()));
}

const calls: fc.Arbitrary<FuzzedCall> = fc
  .constantFrom(...Object.keys(model.operations))
  .chain((operation) => {
    const input = model.operations[operation]?.input.shape ?? '';
    return fc.record({
      operation: fc.constant(operation),
      body: fc.oneof(
        { arbitrary: good(input), weight: 3 },
        { arbitrary: broken(input), weight: 2 },
        { arbitrary: junk, weight: 1 },
      ),
      cut: fc.oneof(
        { arbitrary: fc.constant(undefined), weight: 30 },
        { arbitrary: fc.double({ min: 0, max: 1, noNaN: true }), weight: 1 },
      ),
    });
  });

/** Good calls in between, so that there are always agents, locations, tasks and executions to be hit. */
const OPENERS: readonly (readonly [operation: string, more: Record<string, unknown>])[] = [
  ['CreateAgent', {}],
  ['CreateLocationAzureBlob', { AuthenticationType: 'NONE' }],
  ['CreateLocationEfs', {}],
  ['CreateLocationFsxLustre', {}],
  ['CreateLocationFsxOntap', { Protocol: { NFS: {} } }],
  ['CreateLocationFsxOpenZfs', { Protocol: { NFS: {} } }],
  ['CreateLocationFsxWindows', {}],
  ['CreateLocationHdfs', { SimpleUser: 'user', AgentArns: [new Earlier('AgentArn', 0)] }],
  ['CreateLocationNfs', { OnPremConfig: { AgentArns: [new Earlier('AgentArn', 0)] } }],
  ['CreateLocationObjectStorage', { AgentArns: [new Earlier('AgentArn', 0)] }],
  ['CreateLocationS3', { Subdirectory: '/data' }],
  ['CreateLocationSmb', { User: 'user', Password: 'password', AgentArns: [new Earlier('AgentArn', 0)] }],
  ...['Nfs', 'Smb', 'Efs', 'S3'].map((kind): [string, Record<string, unknown>] => [
    'CreateTask',
    {
      SourceLocationArn: new Earlier(`LocationArn ${kind}`, 0),
      DestinationLocationArn: new Earlier('LocationArn S3', 1),
    },
  ]),
  ...Array.from({ length: 4 }, (): [string, Record<string, unknown>] => [
    'StartTaskExecution',
    { TaskArn: new Earlier('TaskArn', 0) },
  ]),
  ['UpdateLocationSmb', { LocationArn: new Earlier('LocationArn Smb', 0), Subdirectory: '/other' }],
  [
    'UpdateTaskExecution',
    { TaskExecutionArn: new Earlier('TaskExecutionArn', 0), Options: { BytesPerSecond: 1_000_000 } },
  ],
];

const openers: fc.Arbitrary<FuzzedCall> = fc
  .tuple(fc.constantFrom(...OPENERS), fc.nat())
  .map(([[operation, more], nth]) => {
    const least = minimal(model.operations[operation]?.input.shape ?? '') as Record<string, unknown>;
    const body = mapEarlier({ ...least, ...more }, ({ shape, pick }) => new Earlier(shape, pick + nth));
    return { operation, body, cut: undefined };
  });

/**
 * Throws calls of all operations, good and broken, at an emulator: no answer may be anything but the
 * model's output or one of the documented refusals, and it must still answer afterwards.
 * @throws Error with the call that got another answer
 */
export async function fuzzApi(endpoint: string, { seed, runs }: FuzzOptions): Promise<FuzzReport> {
  const earlier = new Map<string, string[]>();
  const report = new Map<string, number>();
  const any = fc.oneof({ arbitrary: calls, weight: 3 }, { arbitrary: openers, weight: 1 });
  const property = fc.asyncProperty(any, async (call) => {
    const { status, text } = await send(endpoint, call, earlier);
    const json = parsed(text);
    const answer = status === 200 ? '200' : String(json['__type']);
    const key = `${call.operation} ${answer}`;
    report.set(key, (report.get(key) ?? 0) + 1);
    if (status === 200) return keepAnswer(call.operation, json, earlier);
    if (status !== 400 || !REFUSALS.has(json['__type'])) throw new Error(`${status}: ${text.slice(0, 500)}`);
    return undefined;
  });
  // What happens depends on what was called before, so a shorter call would not be the same one.
  await fc.assert(property, { seed, numRuns: runs, endOnFailure: true });
  const last = await send(endpoint, { operation: 'ListTasks', body: {}, cut: undefined }, earlier);
  if (last.status !== 200) throw new Error(`It answers no more: ${last.status} ${last.text}`);
  return report;
}

async function send(endpoint: string, call: FuzzedCall, earlier: ReadonlyMap<string, string[]>) {
  const whole = JSON.stringify(resolve(ofKind(call.operation, call.body), earlier)) ?? '';
  const body = call.cut === undefined ? whole : whole.slice(0, Math.floor(call.cut * whole.length));
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `FmrsService.${call.operation}`,
    },
    body,
    // An answer that does not come is a failure, too.
    signal: AbortSignal.timeout(5000),
  });
  return { status: response.status, text: await response.text() };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The answer is no JSON: ${text.slice(0, 500)}`);
  }
}

function resolve(value: unknown, earlier: ReadonlyMap<string, string[]>): unknown {
  return mapEarlier(value, ({ shape, pick }) => {
    const known = earlier.get(shape) ?? [];
    return known[pick % known.length] ?? minimal(shape.split(' ', 1)[0] ?? '');
  });
}

/** `value` with something else in the place of each `Earlier`. */
function mapEarlier(value: unknown, change: (earlier: Earlier) => unknown): unknown {
  if (value instanceof Earlier) return change(value);
  if (Array.isArray(value)) return value.map((one) => mapEarlier(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapEarlier(one, change)]));
}

/** Such as `Smb` of `DescribeLocationSmb`. */
const kindIn = (operation: string) => /^(?:Create|Describe|Update)Location(.+)$/.exec(operation)?.[1];

/** For operations of one kind of location, locations of that kind, five times of six. */
function ofKind(operation: string, body: unknown): unknown {
  const kind = kindIn(operation);
  if (kind === undefined) return body;
  return mapEarlier(body, (one) =>
    one.shape === 'LocationArn' && one.pick % 6 > 0 ? new Earlier(`LocationArn ${kind}`, one.pick) : one,
  );
}

function keepAnswer(operation: string, json: Record<string, unknown>, earlier: Map<string, string[]>): void {
  const output = model.operations[operation]?.output.shape ?? '';
  const problem = misfit(output, json);
  if (problem !== '') throw new Error(`The answer does not fit ${output}: ${problem}`);
  keepNamed(output, json, earlier);
  const kind = kindIn(operation);
  if (kind !== undefined) keep(`LocationArn ${kind}`, json['LocationArn'], earlier);
}

function keepNamed(name: string, value: unknown, earlier: Map<string, string[]>): void {
  const shape = shapeOf(name);
  if (NAMED.has(name)) keep(name, value, earlier);
  if (shape.type === 'list') {
    for (const one of value as unknown[]) keepNamed(shape.member?.shape ?? '', one, earlier);
  }
  if (shape.type !== 'structure') return;
  for (const [member, one] of Object.entries(value as object)) {
    keepNamed(shape.members?.[member]?.shape ?? '', one, earlier);
  }
}

/** The last thirty. */
function keep(shape: string, value: unknown, earlier: Map<string, string[]>): void {
  const known = earlier.get(shape) ?? [];
  if (typeof value === 'string' && !known.includes(value)) earlier.set(shape, [...known, value].slice(-30));
}
