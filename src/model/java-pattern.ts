/** One of the model's patterns. */
export interface Pattern {
  /** As the model writes it, in Java's grammar; this is what messages show. */
  readonly source: string;
  /** Whether the whole of `text` matches. */
  matches(text: string): boolean;
}

/** Java's `\s` is ASCII only. */
const SPACE = ' \\t\\n\\x0B\\f\\r';

/** What may follow a backslash under JavaScript's `u` flag and means the same in Java. */
const SAME = /[\^$\\.*+?()[\]{}|/dDwWbBtnrfvxup]/;

/** One escape, a bracket, a dot, or any other single character. */
const TOKEN = /\\(.)|[\s\S]/gu;

/**
 * The JavaScript source for a Java pattern: `\A`, `\z`, ASCII `\s`, Java's `.` and needless escapes differ.
 * @source AWS's service model of DataSync (2018-11-09): the patterns are Java's
 */
function javaScriptSource(source: string): string {
  let inClass = false;
  return source.replace(TOKEN, (token: string, escaped: string | undefined) => {
    if (escaped !== undefined) return escapeFor(escaped, inClass);
    if (token === '[') inClass = true;
    if (token === ']') inClass = false;
    return token === '.' && !inClass ? '[^\\n\\r\\u0085\\u2028\\u2029]' : token;
  });
}

function escapeFor(escaped: string, inClass: boolean): string {
  if (escaped === 'A') return '^';
  if (escaped === 'z') return '$';
  if (escaped === 's') return inClass ? SPACE : `[${SPACE}]`;
  if (SAME.test(escaped) || (inClass && escaped === '-')) return `\\${escaped}`;
  return escaped;
}

/**
 * A pattern of the model that is compiled when it is first used, and must match the whole text, as the
 * service's validator does even where the pattern has no anchors.
 */
export function javaPattern(source: string): Pattern {
  let compiled: RegExp | undefined;
  return {
    source,
    matches(text) {
      compiled ??= new RegExp(`^(?:${javaScriptSource(source)})$`, 'u');
      return compiled.test(text);
    },
  };
}
