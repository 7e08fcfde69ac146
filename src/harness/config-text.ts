import type { ConfigOption } from './config-options.ts';

/** A line's end, or a ";" that does not stand between the domain and the user of an SMB server. */
const LIST_SEPARATOR = /\n|;(?![^;/]*@)|(?<!=smb:\/\/[^;/@]*);/;

/** The value of a setting that was given as text. What is no number stays a text, for the schema to refuse with its name. */
export function fromText(option: ConfigOption, text: string): unknown {
  switch (option.kind) {
    case 'text':
      return text;
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'switch':
      return SWITCHES.get(text.toLowerCase()) ?? text;
    case 'list':
      return text.split(LIST_SEPARATOR).flatMap((item) => item.trim() || []);
  }
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
]);
