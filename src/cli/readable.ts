const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes for people, such as `1.5 MiB`. */
export function readableBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}

/** A count for people, such as `10,041`. */
export const readableCount = (count: number): string => count.toLocaleString('en-US');

/** `text` on one line: what a name of a file may hold and a terminal would obey, as `\x0a`. */
export const oneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
