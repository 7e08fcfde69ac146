// Which contents two sides have, whatever metadata they keep beside them.

/** Of lines that NfsServer, SmbServer and trees.ts tell: `SIZE HASH PATH` of each file, by path. */
export function contentsOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const [, content, path] = /^f \S+ \S+ \S+ (\d+ [0-9a-f]{8})(?:=\d+)? (.*)$/.exec(line) ?? [];
    return content === undefined ? [] : [`${content} ${path}`];
  });
}

const HELPER = / \.aws-datasync(\/|$)/;

/** What a run has left in the folder where it makes files before they are in their places; the folder itself too. */
export const leftovers = (lines: readonly string[]) => lines.filter((line) => HELPER.test(line));

/** Without what is not in place yet. */
export const inPlace = (lines: readonly string[]) => lines.filter((line) => !HELPER.test(line));
