import { isUtf8 } from 'node:buffer';

const NOT_ASCII = /[\x80-\xff]/;

/** The name that the bytes spell, or undefined when they are not UTF-8. @param latin1 one character for each byte */
export function decodeName(latin1: string): string | undefined {
  if (!NOT_ASCII.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** A name that is not UTF-8, for people: bytes that are no ASCII letters appear as `\xff`. */
export function escapeName(latin1: string): string {
  return latin1.replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A name as bytes, one character for each. Half a surrogate pair, which only memory can hold, becomes bytes that are not UTF-8. */
export function encodeName(name: string): string {
  if (name.isWellFormed()) return Buffer.from(name).toString('latin1');
  return Array.from(name, (letter) => {
    if (letter.isWellFormed()) return encodeName(letter);
    const unit = letter.charCodeAt(0);
    return String.fromCharCode(0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }).join('');
}
