import type { BlobShape, ListShape, NumberShape, Shape, StringShape, StructureShape } from './service.ts';
import { ServiceError } from './service-error.ts';

/** The service's validator stops here. @source observed on other services of the same protocol (kinesalite) */
const MOST_VIOLATIONS = 10;

/** Texts beyond both this and their maximum are not matched: some of the model's patterns take quadratic time. */
const LONGEST_MATCHED = 8192;

/** @source guess: the service masks sensitive values; its exact words are not known */
const MASK = '***Sensitive Data***';

/**
 * Checks a value that has the right types (see `from-wire.ts`) against its shape.
 * @throws ServiceError `ValidationException`, with all that is wrong in one message, ten at most
 * @source terraform-provider-aws #35833: "1 validation error detected: Value '' at
 * 'taskReportConfig.reportLevel' failed to satisfy constraint: Member must satisfy enum value set: […]"
 */
export function validate(shape: StructureShape, value: unknown): void {
  const found: string[] = [];
  checkStructure(shape, value as Members, '', found);
  if (found.length === 0) return;
  const told = found.slice(0, MOST_VIOLATIONS);
  const count = `${told.length} validation error${told.length === 1 ? '' : 's'} detected`;
  throw new ServiceError('ValidationException', 400, `${count}: ${told.join('; ')}`);
}

type Members = Readonly<Record<string, unknown>>;

function checkStructure(shape: StructureShape, value: Members, path: string, found: string[]): void {
  for (const [name, member] of shape.members) {
    if (found.length >= MOST_VIOLATIONS) return;
    const here = `${path === '' ? '' : `${path}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    const given = value[name];
    if (given !== undefined) check(member, given, here, found);
    else if (shape.required.has(name)) found.push(missing(here));
  }
}

function check(shape: Shape, value: unknown, path: string, found: string[]): void {
  if (value === null) found.push(missing(path));
  else if (shape.type === 'structure') checkStructure(shape, value as Members, path, found);
  else checkOwn(shape, value, path, found);
}

function checkOwn(
  shape: Exclude<Shape, StructureShape>,
  value: unknown,
  path: string,
  found: string[],
): void {
  for (const constraint of brokenOwn(shape, value)) {
    found.push(violation(shown(shape, value), path, constraint));
  }
  if (shape.type === 'list') checkElements(shape, value as readonly unknown[], path, found);
}

/** Elements that are structures are told by their own paths, others by the list as a whole. */
function checkElements(list: ListShape, elements: readonly unknown[], path: string, found: string[]): void {
  const element = list.member;
  let broken = false;
  for (const [index, value] of elements.entries()) {
    if (found.length >= MOST_VIOLATIONS) return;
    if (value === null || element.type === 'structure' || element.type === 'list') {
      check(element, value, `${path}.${index + 1}.member`, found);
    } else broken ||= brokenOwn(element, value).length > 0;
  }
  if (!broken) return;
  const all = allConstraints(element).join(', ');
  found.push(violation(shown(list, elements), path, `Member must satisfy constraint: [${all}]`));
}

/** The sentences of the constraints that `value` itself breaks. */
function brokenOwn(shape: Shape, value: unknown): string[] {
  switch (shape.type) {
    case 'string':
      return brokenByText(shape, value as string);
    case 'integer':
    case 'long':
      return outOf(shape, value as number, 'value');
    case 'blob':
      return outOf(shape, (value as Uint8Array).byteLength, 'length');
    case 'list':
      return outOf(shape, (value as readonly unknown[]).length, 'length');
    case 'structure':
    case 'timestamp':
      return [];
  }
}

function brokenByText(shape: StringShape, text: string): string[] {
  const length = characters(text);
  const broken = outOf(shape, length, 'length');
  if (shape.values && !shape.values.includes(text)) broken.unshift(enumSentence(shape.values));
  if (shape.pattern && !matches(shape, text, length)) broken.unshift(patternSentence(shape.pattern.source));
  return broken;
}

/**
 * The empty text needs no match where the length may be 0.
 * @source AWS API Reference, TagListEntry: the empty string is a legal tag value, though the pattern of
 * TagValue wants one character
 */
function matches(shape: StringShape, text: string, length: number): boolean {
  if (text === '' && shape.min === 0) return true;
  if (length > LONGEST_MATCHED && length > (shape.max ?? 0)) return true;
  return shape.pattern === undefined || shape.pattern.matches(text);
}

const SURROGATE = /[\ud800-\udfff]/;

function characters(text: string): number {
  return SURROGATE.test(text) ? Array.from(text).length : text.length;
}

type Bounded = ListShape | StringShape | NumberShape | BlobShape;

function outOf(shape: Bounded, measure: number, what: 'length' | 'value'): string[] {
  if (shape.max !== undefined && measure > shape.max) return [atMost(what, shape.max)];
  if (shape.min !== undefined && measure < shape.min) return [atLeast(what, shape.min)];
  return [];
}

function allConstraints(shape: Shape): string[] {
  if (shape.type === 'structure' || shape.type === 'timestamp') return [];
  const what = shape.type === 'integer' || shape.type === 'long' ? 'value' : 'length';
  const sentences: string[] = [];
  if (shape.max !== undefined) sentences.push(atMost(what, shape.max));
  if (shape.min !== undefined) sentences.push(atLeast(what, shape.min));
  if (shape.type !== 'string') return sentences;
  if (shape.pattern) sentences.push(patternSentence(shape.pattern.source));
  if (shape.values) sentences.push(enumSentence(shape.values));
  return sentences;
}

const atMost = (what: string, bound: number) => `Member must have ${what} less than or equal to ${bound}`;
const atLeast = (what: string, bound: number) => `Member must have ${what} greater than or equal to ${bound}`;
const patternSentence = (source: string) => `Member must satisfy regular expression pattern: ${source}`;
const enumSentence = (values: readonly string[]) =>
  `Member must satisfy enum value set: [${values.join(', ')}]`;

const missing = (path: string) =>
  `Value null at '${path}' failed to satisfy constraint: Member must not be null`;
const violation = (value: string, path: string, constraint: string) =>
  `Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`;

/** How a message shows a value: never a secret, and of structures only what they are. */
function shown(shape: Shape, value: unknown): string {
  switch (shape.type) {
    case 'list':
      return `[${(value as readonly unknown[]).map((one) => shown(shape.member, one)).join(', ')}]`;
    case 'structure':
      return shape.name;
    case 'blob': {
      const bytes = (value as Uint8Array).byteLength;
      return `java.nio.HeapByteBuffer[pos=0 lim=${bytes} cap=${bytes}]`;
    }
    case 'string':
      return shape.sensitive ? MASK : String(value);
    default:
      return String(value);
  }
}
