import t from 'tap';
import { minimal, misfit, model, type RawShape, shapeOf } from './samples.ts';

/** How an emulator answers one call, by whatever way. */
export type Call = (
  operation: string,
  body: unknown,
) => Promise<{ status: number; json: Record<string, unknown> }>;

/** Steps from an input to one of its values: member names, and 0 for the first element of a list. */
type Steps = readonly (string | 0)[];

interface Place {
  readonly steps: Steps;
  readonly shape: RawShape;
  readonly shapeName: string;
  readonly required: boolean;
}

interface Refusal {
  readonly name: string;
  readonly steps: Steps;
  /** undefined: the member is left out. */
  readonly value: unknown;
  readonly type: 'ValidationException' | 'SerializationException';
  readonly message: string;
}

/** Text in which no pattern but one finds itself, and that one takes everything. */
const UNFIT = '\0\n"';
const TAKES_ALL: ReadonlySet<string> = new Set(['AzureBlobSubdirectory']);

/** Shapes with a pattern that any number of the letter x satisfies. */
const LETTERS_FIT: ReadonlySet<string> = new Set([
  'AzureBlobSasToken',
  'AzureBlobSubdirectory',
  'EfsSubdirectory',
  'FilterAttributeValue',
  'FilterValue',
  'FsxLustreSubdirectory',
  'FsxWindowsSubdirectory',
  'HdfsServerHostname',
  'HdfsSubdirectory',
  'HdfsUser',
  'KerberosPrincipal',
  'NextToken',
  'NfsSubdirectory',
  'ObjectStorageAccessKey',
  'ObjectStorageBucketName',
  'ObjectStorageSecretKey',
  'S3ObjectVersionId',
  'S3Subdirectory',
  'ScheduleExpressionCron',
  'ServerHostname',
  'SmbSubdirectory',
  'TagKey',
  'TagValue',
]);

/** Shapes with a least length whose pattern also takes a text that is one too short. */
const SHORT_FITS: ReadonlySet<string> = new Set(['FilterAttributeValue', 'ObjectStorageBucketName']);

const SENSITIVE: ReadonlySet<string> = new Set([
  'AzureBlobSasToken',
  'ObjectStorageSecretKey',
  'SmbPassword',
]);

/**
 * What holds for each operation, read off the model: the least input passes the checks; whatever breaks one
 * constraint is refused in the service's words; a wrong type is refused before them.
 */
export function actionContract(name: string, call: Call): void {
  for (const operation of Object.keys(model.operations)) {
    t.test(`${name}: ${operation}`, async (t) => {
      const { input, output } = model.operations[operation] ?? {
        input: { shape: '' },
        output: { shape: '' },
      };
      const least = await call(operation, minimal(input.shape));
      t.notMatch(least.json['__type'], /^(Validation|Serialization)Exception$/, 'the least input');
      t.not(least.status, 500);
      if (least.status === 200) t.equal(misfit(output.shape, least.json), '', 'the answer fits the model');

      for (const refusal of refusalsOf(input.shape)) {
        const { status, json } = await call(operation, changed(input.shape, refusal.steps, refusal.value));
        t.same(
          { status, type: json['__type'], message: json['message'] },
          { status: 400, type: refusal.type, message: refusal.message },
          `${refusal.steps.join('.')} ${refusal.name}`,
        );
      }
    });
  }
}

/** How many refusals the contract asks for; so that nobody empties it unseen. */
export function countRefusals(): number {
  return Object.values(model.operations).reduce((sum, { input }) => sum + refusalsOf(input.shape).length, 0);
}

function refusalsOf(inputShape: string): Refusal[] {
  return placesIn(inputShape, []).flatMap((place) => [...broken(place), ...wronglyTyped(place)]);
}

function placesIn(shapeName: string, steps: Steps): Place[] {
  const shape = shapeOf(shapeName);
  const below = (name: string, step: string | 0, required: boolean): Place[] => {
    const here = [...steps, step];
    return [{ steps: here, shape: shapeOf(name), shapeName: name, required }, ...placesIn(name, here)];
  };
  if (shape.type === 'list') return below(shape.member?.shape ?? '', 0, false);
  return Object.entries(shape.members ?? {}).flatMap(([member, { shape: name }]) =>
    below(name, member, shape.required?.includes(member) ?? false),
  );
}

/** The least input, with `value` at `steps`; structures and lists on the way are made where they are missing. */
function changed(inputShape: string, steps: Steps, value: unknown): unknown {
  const input = minimal(inputShape);
  let holder = input as Record<string | 0, unknown>;
  let shapeName = inputShape;
  for (const [index, step] of steps.entries()) {
    const shape = shapeOf(shapeName);
    shapeName = (step === 0 ? shape.member : shape.members?.[step])?.shape ?? '';
    if (index === steps.length - 1) {
      if (value === undefined) delete holder[step];
      else holder[step] = value;
    } else {
      holder[step] ??= minimal(shapeName);
      holder = holder[step] as Record<string | 0, unknown>;
    }
  }
  return input;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function pathOf(steps: Steps): string {
  return steps.map((step) => (step === 0 ? '1.member' : lowerFirst(step))).join('.');
}

/** Elements that are no structures are told as part of their list. */
function tell({ steps, shape }: Place, shown: string, sentences: readonly string[]): string {
  if (steps.at(-1) === 0 && shape.type !== 'structure') {
    const list = pathOf(steps.slice(0, -1));
    const all = constraintsOf(shape).join(', ');
    return `1 validation error detected: Value '[${shown}]' at '${list}' failed to satisfy constraint: Member must satisfy constraint: [${all}]`;
  }
  const count = sentences.length === 1 ? '1 validation error' : `${sentences.length} validation errors`;
  const each = sentences.map(
    (one) => `Value '${shown}' at '${pathOf(steps)}' failed to satisfy constraint: ${one}`,
  );
  return `${count} detected: ${each.join('; ')}`;
}

const patternSays = (shape: RawShape) => `Member must satisfy regular expression pattern: ${shape.pattern}`;
const enumSays = (shape: RawShape) => `Member must satisfy enum value set: [${shape.enum?.join(', ')}]`;
const atMost = (what: string, bound: number) => `Member must have ${what} less than or equal to ${bound}`;
const atLeast = (what: string, bound: number) => `Member must have ${what} greater than or equal to ${bound}`;

function constraintsOf(shape: RawShape): string[] {
  return [
    ...(shape.max === undefined ? [] : [atMost('length', shape.max)]),
    ...(shape.min === undefined ? [] : [atLeast('length', shape.min)]),
    ...(shape.pattern === undefined ? [] : [patternSays(shape)]),
    ...(shape.enum === undefined ? [] : [enumSays(shape)]),
  ];
}

function broken(place: Place): Refusal[] {
  const refusals = missing(place);
  const refuse: Refuse = (name, value, shown, sentences) => {
    const message = tell(place, shown, sentences);
    refusals.push({ name, steps: place.steps, value, type: 'ValidationException', message });
  };
  const { type } = place.shape;
  if (type === 'string') brokenText(place, refuse);
  if (type === 'integer' || type === 'long') brokenNumber(place, refuse);
  if (type === 'blob') brokenBlob(place, refuse);
  if (type === 'list') brokenList(place, refuse);
  return refusals;
}

function missing({ steps, required }: Place): Refusal[] {
  if (!required) return [];
  const message = `1 validation error detected: Value null at '${pathOf(steps)}' failed to satisfy constraint: Member must not be null`;
  return [undefined, null].map((value) => ({
    name: `is ${value}`,
    steps,
    value,
    type: 'ValidationException',
    message,
  }));
}

type Refuse = (name: string, value: unknown, shown: string, sentences: readonly string[]) => void;

function brokenNumber({ shape: { min, max } }: Place, refuse: Refuse): void {
  if (max !== undefined) refuse('too high', max + 1, String(max + 1), [atMost('value', max)]);
  if (min !== undefined) refuse('too low', min - 1, String(min - 1), [atLeast('value', min)]);
}

function brokenBlob({ shape: { max } }: Place, refuse: Refuse): void {
  if (max === undefined) return;
  const bytes = max + 1;
  const shown = `java.nio.HeapByteBuffer[pos=0 lim=${bytes} cap=${bytes}]`;
  refuse('too long', Buffer.alloc(bytes).toString('base64'), shown, [atMost('length', max)]);
}

function brokenText({ shape, shapeName }: Place, refuse: Refuse): void {
  const { min = 0, max, pattern } = shape;
  const refuseText = (name: string, text: string, sentences: readonly string[]) =>
    refuse(name, text, SENSITIVE.has(shapeName) ? '***Sensitive Data***' : text, sentences);
  const patternUnless = (fits: boolean) => (pattern === undefined || fits ? [] : [patternSays(shape)]);
  const enumToo = shape.enum ? [enumSays(shape)] : [];
  if (shape.enum) refuseText('not of the enum', 'NOPE', enumToo);
  if (pattern !== undefined && !TAKES_ALL.has(shapeName)) {
    const short = UNFIT.length < min ? [atLeast('length', min)] : [];
    refuseText('not of the pattern', UNFIT, [patternSays(shape), ...enumToo, ...short]);
  }
  if (max !== undefined) {
    const fits = patternUnless(LETTERS_FIT.has(shapeName));
    refuseText('too long', 'x'.repeat(max + 1), [...fits, ...enumToo, atMost('length', max)]);
  }
  if (min > 0) {
    const fits = patternUnless(SHORT_FITS.has(shapeName));
    refuseText('too short', 'x'.repeat(min - 1), [...fits, atLeast('length', min)]);
  }
}

function brokenList({ shape }: Place, refuse: Refuse): void {
  const element = shape.member?.shape ?? '';
  const one = minimal(element);
  const shown = shapeOf(element).type === 'structure' ? element : String(one);
  const { min, max } = shape;
  if (max !== undefined) {
    const list = Array.from({ length: max + 1 }, () => one);
    refuse('too many', list, `[${list.map(() => shown).join(', ')}]`, [atMost('length', max)]);
  }
  if (min !== undefined && min > 0) refuse('too few', [], '[]', [atLeast('length', min)]);
}

const LIST = 'Start of list found where not expected';
const STRUCTURE = 'Start of structure or map found where not expected.';
const scalars = (type: string, ...not: string[]): [unknown, string][] =>
  [
    ['STRING_VALUE', 'text'] as const,
    ['NUMBER_VALUE', 5] as const,
    ['TRUE_VALUE', true] as const,
    ['FALSE_VALUE', false] as const,
  ]
    .filter(([token]) => !not.includes(token))
    .map(([token, value]) => [value, `${token} can not be converted to ${type}`]);
const all = (text: string): [unknown, string][] => ['text', 5, true, false].map((value) => [value, text]);

const WRONG: Readonly<Record<string, readonly [unknown, string][]>> = {
  string: [...scalars('a String', 'STRING_VALUE'), [[], LIST], [{}, STRUCTURE]],
  integer: [
    ...scalars('an Integer', 'NUMBER_VALUE'),
    [1.5, 'NUMBER_VALUE can not be converted to an Integer'],
    [2 ** 31, 'NUMBER_VALUE can not be converted to an Integer'],
    [[], LIST],
    [{}, STRUCTURE],
  ],
  long: [
    ...scalars('a Long', 'NUMBER_VALUE'),
    [0.5, 'NUMBER_VALUE can not be converted to a Long'],
    [1e19, 'NUMBER_VALUE can not be converted to a Long'],
    [[], LIST],
    [{}, STRUCTURE],
  ],
  blob: [
    ...scalars('a Blob', 'STRING_VALUE'),
    [
      'AAA',
      'STRING_VALUE can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3',
    ],
    ['AA*=', 'STRING_VALUE can not be converted to a Blob: Invalid Base64 character'],
    [[], LIST],
    [{}, STRUCTURE],
  ],
  list: [...all('Expected list or null'), [{}, STRUCTURE]],
  structure: [...all('Expected null'), [[], LIST]],
};

function wronglyTyped({ steps, shape }: Place): Refusal[] {
  return (WRONG[shape.type] ?? []).map(([value, message]) => ({
    name: `is ${JSON.stringify(value)}`,
    steps,
    value,
    type: 'SerializationException',
    message,
  }));
}
