import type { Shape } from './service.ts';

/**
 * An answer as AWS JSON 1.1: times as epoch seconds with three decimals at most, blobs as base64, members
 * in the model's order, nothing absent and nothing that the model does not know.
 */
export function toWire(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>;
      const wire: Record<string, unknown> = {};
      for (const [name, member] of shape.members) {
        const one = given[name];
        if (one !== undefined && one !== null) wire[name] = toWire(member, one);
      }
      return wire;
    }
    case 'list':
      return (value as readonly unknown[]).map((one) => toWire(shape.member, one));
    case 'timestamp':
      return Math.round((value as Date).getTime()) / 1000;
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'string':
    case 'integer':
    case 'long':
      return value;
  }
}
