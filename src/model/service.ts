// Room: model. AWS's own description of DataSync as data, and what follows from it: checks, wire forms, masks.
// No behaviour of the service lives here.

import { readFileSync } from 'node:fs';
import { javaPattern, type Pattern } from './java-pattern.ts';
import type { OperationName } from './operations.ts';

/** What a value must be like. The model has no recursive shapes, no maps and no booleans. */
export type Shape = StructureShape | ListShape | StringShape | NumberShape | BlobShape | TimeShape;

export interface StructureShape {
  readonly type: 'structure';
  readonly name: string;
  /** In the model's order. */
  readonly members: ReadonlyMap<string, Shape>;
  readonly required: ReadonlySet<string>;
}

export interface ListShape {
  readonly type: 'list';
  readonly name: string;
  readonly member: Shape;
  /** Numbers of members. */
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface StringShape {
  readonly type: 'string';
  readonly name: string;
  /** Characters. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly pattern: Pattern | undefined;
  /** The only values there are, in the model's order. */
  readonly values: readonly string[] | undefined;
  readonly sensitive: boolean;
}

export interface NumberShape {
  /** 32 bits, 64 bits. */
  readonly type: 'integer' | 'long';
  readonly name: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface BlobShape {
  readonly type: 'blob';
  readonly name: string;
  /** Bytes. */
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface TimeShape {
  readonly type: 'timestamp';
  readonly name: string;
}

export interface Operation {
  readonly name: OperationName;
  readonly input: StructureShape;
  readonly output: StructureShape;
}

interface RawShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly required?: readonly string[];
  readonly member?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
}

interface RawModel {
  readonly metadata: { readonly targetPrefix: string; readonly signingName: string };
  readonly operations: Readonly<
    Record<
      string,
      { readonly input: { readonly shape: string }; readonly output: { readonly shape: string } }
    >
  >;
  readonly shapes: Readonly<Record<string, RawShape>>;
}

const model: RawModel = JSON.parse(
  readFileSync(new URL('./datasync-2018-11-09.json', import.meta.url), 'utf8'),
);

/** Begins every `X-Amz-Target`: `FmrsService`. */
export const TARGET_PREFIX = model.metadata.targetPrefix;

/** The service's name in a SigV4 credential scope: `datasync`. */
export const SIGNING_NAME = model.metadata.signingName;

const resolved = new Map<string, Shape>();

function shape(name: string): Shape {
  const known = resolved.get(name);
  if (known) return known;
  const made = makeShape(name, rawShape(name));
  resolved.set(name, made);
  return made;
}

function rawShape(name: string): RawShape {
  const raw = model.shapes[name];
  if (!raw) throw new TypeError(`The service model names the shape ${name} but does not describe it.`);
  return raw;
}

function makeShape(name: string, raw: RawShape): Shape {
  const bounds = { name, min: raw.min, max: raw.max };
  switch (raw.type) {
    case 'structure':
      return structure(name);
    case 'list':
      return { type: 'list', ...bounds, member: shape(raw.member?.shape ?? '') };
    case 'string':
      return {
        type: 'string',
        ...bounds,
        pattern: raw.pattern === undefined ? undefined : javaPattern(raw.pattern),
        values: raw.enum,
        sensitive: raw.sensitive ?? false,
      };
    case 'integer':
    case 'long':
      return { type: raw.type, ...bounds };
    case 'blob':
      return { type: 'blob', ...bounds };
    case 'timestamp':
      return { type: 'timestamp', name };
    default:
      throw new TypeError(`The shape ${name} is a ${raw.type}, which src/model/service.ts cannot read yet.`);
  }
}

function structure(name: string): StructureShape {
  const raw = rawShape(name);
  const members = Object.entries(raw.members ?? {}).map(
    ([member, { shape: of }]) => [member, shape(of)] as const,
  );
  return { type: 'structure', name, members: new Map(members), required: new Set(raw.required) };
}

/** All operations by name. A Map, so that names such as `constructor` find nothing. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(model.operations).map(([name, { input, output }]) => [
    name,
    { name: name as OperationName, input: structure(input.shape), output: structure(output.shape) },
  ]),
);
