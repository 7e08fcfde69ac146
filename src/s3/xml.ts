import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { s3Error } from './s3-error.ts';

/** A node of an answer: text, or elements in order. An undefined member is left out; an array repeats its element. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const SPECIAL = /[&<>"\p{Cc}\ufffe\uffff]/u;
const EVERY_SPECIAL = new RegExp(SPECIAL, 'gu');
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters become numeric references, as S3 writes them although XML 1.0 has no such characters. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(EVERY_SPECIAL, (one) => NAMED[one] ?? `&#x${one.charCodeAt(0).toString(16)};`);
}

function write(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return `<${name}>${escapeXml(value)}</${name}>`;
  if (typeof value !== 'object') return `<${name}>${value}</${name}>`;
  if (Array.isArray(value)) return value.map((each) => write(name, each)).join('');
  let inside = '';
  for (const [child, grandchild] of Object.entries(value)) inside += write(child, grandchild);
  return `<${name}>${inside}</${name}>`;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document of S3's namespace. */
export function xmlDocument(root: string, children: { readonly [name: string]: XmlValue } | string): string {
  const inside =
    typeof children === 'string'
      ? escapeXml(children)
      : Object.entries(children)
          .map(([name, value]) => write(name, value))
          .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inside}</${root}>`;
}

/** A document without a namespace, as S3 writes its errors. */
export function plainXmlDocument(root: string, children: { readonly [name: string]: XmlValue }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, children)}`;
}

/** A parsed element: its text, or its children by name, each always a list. */
export type XmlElement = string | { readonly [name: string]: readonly XmlElement[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  alwaysCreateTextNode: false,
  processEntities: false,
  isArray: () => true,
});

const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g;
const TEXT_OF: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name) return TEXT_OF[name] ?? whole;
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) throw s3Error('MalformedXML');
    return String.fromCodePoint(point);
  });
}

/**
 * The root element of a request body, which must be called `root`.
 * @throws S3Error MalformedXML
 */
export function parseXml(text: string, root: string): XmlElement {
  if (text.includes('<!') || XMLValidator.validate(text) !== true) throw s3Error('MalformedXML');
  let parsed: Readonly<Record<string, readonly XmlElement[]>>;
  try {
    parsed = parser.parse(text);
  } catch {
    throw s3Error('MalformedXML');
  }
  const elements = Object.hasOwn(parsed, root) ? parsed[root] : undefined;
  const [element] = elements ?? [];
  if (element === undefined || elements?.length !== 1) throw s3Error('MalformedXML');
  return element;
}

/** The children of `element` called `name`. */
export function children(element: XmlElement, name: string): readonly XmlElement[] {
  if (typeof element === 'string' || !Object.hasOwn(element, name)) return [];
  return element[name] ?? [];
}

/** The one child of `element` called `name`, or undefined. @throws S3Error MalformedXML when there are several */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  const found = children(element, name);
  if (found.length > 1) throw s3Error('MalformedXML');
  return found[0];
}

/** The text in the one child of `element` called `name`, or undefined. @throws S3Error MalformedXML when it has elements */
export function childText(element: XmlElement, name: string): string | undefined {
  const found = child(element, name);
  if (found === undefined) return undefined;
  if (typeof found !== 'string') throw s3Error('MalformedXML');
  return decodeEntities(found);
}
