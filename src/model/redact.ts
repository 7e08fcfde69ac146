import type { Shape } from './service.ts';

/** Shapes that the model does not call sensitive, though they let somebody in. */
const ALSO_SECRET: ReadonlySet<string> = new Set(['ActivationKey', 'ObjectStorageAccessKey']);

/** An input as a log may show it: sensitive texts are masked, and of blobs (keytabs, krb5.conf) only the size is told. */
export function redact(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        Object.entries(value).flatMap(([name, one]) => {
          const member = shape.members.get(name);
          return member ? [[name, redact(member, one)]] : [];
        }),
      );
    case 'list':
      return (value as readonly unknown[]).map((one) => redact(shape.member, one));
    case 'blob':
      return `*** (${(value as Uint8Array).byteLength} bytes)`;
    case 'string':
      return shape.sensitive || ALSO_SECRET.has(shape.name) ? '***' : value;
    case 'integer':
    case 'long':
    case 'timestamp':
      return value;
  }
}
