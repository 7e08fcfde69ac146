import { XMLParser } from 'fast-xml-parser';

/** Elements that are lists, however many there are. */
const LISTS = new Set(['Contents', 'CommonPrefixes', 'Tag']);

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  // Without it `&#34;` stays as it is; MinIO writes ETags so.
  htmlEntities: true,
  isArray: (name) => LISTS.has(name),
});

export interface XmlAnswer {
  /** Name of the outermost element. */
  readonly root: string;
  readonly value: unknown;
}

/** Undefined for what is no XML. */
export function parseXml(text: string): XmlAnswer | undefined {
  try {
    const parsed: Record<string, unknown> = parser.parse(text);
    const root = Object.keys(parsed).find((name) => name !== '#text');
    return root === undefined ? undefined : { root, value: parsed[root] };
  } catch {
    return undefined;
  }
}

/** The text of one element of `value`, or undefined when it has no such element. */
export function member(value: unknown, name: string): string | undefined {
  const found = child(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** The elements called `name` in `value`. */
export function members(value: unknown, name: string): readonly unknown[] {
  const found = child(value, name);
  return Array.isArray(found) ? found : [];
}

export function child(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

export function escapeXml(text: string): string {
  return text.replaceAll(/[<>&"]/g, (character) => ESCAPES[character] ?? character);
}
