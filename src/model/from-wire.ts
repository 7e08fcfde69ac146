import type { Shape, StructureShape } from './service.ts';
import { ServiceError } from './service-error.ts';

/** What a request's JSON says in the client's types. */
export interface WireInput {
  /** Known members only, without nulls; blobs are bytes, times are Dates. Lists keep their nulls. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Paths of members that the model does not know, such as `Options.Speed`; the first few. */
  readonly ignored: readonly string[];
}

const MOST_IGNORED = 10;

/**
 * Reads parsed JSON as `shape`. How deep the JSON is does not matter: only what the shape knows is walked.
 * @throws ServiceError `SerializationException` at the first value of a wrong type
 */
export function fromWire(shape: StructureShape, json: unknown): WireInput {
  const ignored: string[] = [];
  return { value: readStructure(shape, json, '', ignored), ignored };
}

type Members = Record<string, unknown>;

function readStructure(shape: StructureShape, json: unknown, path: string, ignored: string[]): Members {
  if (Array.isArray(json)) throw wrongType(LIST);
  if (typeof json !== 'object' || json === null) throw wrongType('Expected null');
  const given = json as Members;
  const value: Members = {};
  for (const name of Object.keys(given)) {
    const member = shape.members.get(name);
    if (member === undefined) {
      if (ignored.length < MOST_IGNORED) ignored.push(`${path}${name}`);
      continue;
    }
    if (given[name] === null) continue;
    value[name] = readValue(member, given[name], `${path}${name}.`, ignored);
  }
  return value;
}

function readValue(shape: Shape, json: unknown, path: string, ignored: string[]): unknown {
  switch (shape.type) {
    case 'structure':
      return readStructure(shape, json, path, ignored);
    case 'list':
      if (!Array.isArray(json)) throw wrongType(isObject(json) ? STRUCTURE : 'Expected list or null');
      return json.map((one) => (one === null ? null : readValue(shape.member, one, path, ignored)));
    case 'string':
      return readText(json);
    case 'integer':
      return readWhole(json, 'an Integer', 2 ** 31);
    case 'long':
      return readWhole(json, 'a Long', 2 ** 63);
    case 'timestamp':
      return readTime(json);
    case 'blob':
      return readBlob(json);
  }
}

const isObject = (json: unknown) => typeof json === 'object' && json !== null;

/**
 * Refuses fractions and what the type cannot hold.
 * @source guess: some AWS services cut fractions off; refusing shows the caller's mistake
 */
function readWhole(json: unknown, type: string, limit: number): number {
  if (typeof json !== 'number' || !Number.isInteger(json)) throw cannotBe(json, type);
  // As a double, 2^63 - 1 is 2^63.
  const highest = limit > Number.MAX_SAFE_INTEGER ? limit : limit - 1;
  if (json < -limit || json > highest) throw cannotBe(json, type);
  return json;
}

/** @source guess: half a surrogate pair is no character and cannot be kept as UTF-8, so it is refused */
function readText(json: unknown): string {
  if (typeof json !== 'string') throw cannotBe(json, 'a String');
  if (json.isWellFormed()) return json;
  throw wrongType('STRING_VALUE can not be converted to a String: it holds half a surrogate pair');
}

/** Epoch seconds, with fractions. */
function readTime(json: unknown): Date {
  if (typeof json !== 'number' || !Number.isFinite(json)) throw cannotBe(json, 'a Timestamp');
  return new Date(json * 1000);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function readBlob(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw cannotBe(text, 'a Blob');
  if (text.length % 4 !== 0) {
    const found = `Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`;
    throw wrongType(`STRING_VALUE can not be converted to a Blob: ${found}`);
  }
  if (!BASE64.test(text)) {
    throw wrongType('STRING_VALUE can not be converted to a Blob: Invalid Base64 character');
  }
  return new Uint8Array(Buffer.from(text, 'base64'));
}

const LIST = 'Start of list found where not expected';
const STRUCTURE = 'Start of structure or map found where not expected.';

const TOKENS: Readonly<Record<string, string>> = { string: 'STRING_VALUE', number: 'NUMBER_VALUE' };

function cannotBe(json: unknown, type: string): ServiceError {
  if (Array.isArray(json)) return wrongType(LIST);
  if (isObject(json)) return wrongType(STRUCTURE);
  const token = TOKENS[typeof json] ?? (json === true ? 'TRUE_VALUE' : 'FALSE_VALUE');
  return wrongType(`${token} can not be converted to ${type}`);
}

/** @source observed on other services of the same protocol (kinesalite); not shown for DataSync */
function wrongType(message: string): ServiceError {
  return new ServiceError('SerializationException', 400, message);
}
