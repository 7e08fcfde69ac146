// Files of a server, made and changed inside its container: no client of NFS or SMB is involved.

import type { ServerContainer } from './container.ts';

export interface ServerItem {
  readonly text?: string;
  /** So many zeros instead of a text. */
  readonly zeros?: number;
  readonly link?: string;
  /** Another name of this file, which is made before. */
  readonly nameOf?: string;
  /** Default 0644, of directories 0755. */
  readonly mode?: number;
  /** `UID:GID`; default that of the directory in which all is made. */
  readonly owner?: string;
  /** Of the last change, seconds; default 1700000000. */
  readonly at?: string | number;
}

const USUAL_AT = 1_700_000_000;

/** Runs a script in a directory whose subdirectories, and itself, keep their times over it. */
export async function keepingTimes(
  { sh }: ServerContainer,
  directory: string,
  script: string,
): Promise<string> {
  return sh(
    `cd "$1"; find . -type d -printf '%T@\\0%p\\0' > /tmp/times; ${script}
    while IFS= read -rd '' time && IFS= read -rd '' path; do
      if [ -d "$path" ]; then touch -d "@$time" "$path"; fi
    done < /tmp/times`,
    directory,
  );
}

/** Makes files, links and (names that end in `/`) directories, in the order given; those above keep their times. */
export async function fillServer(
  server: ServerContainer,
  directory: string,
  items: Readonly<Record<string, ServerItem>>,
): Promise<void> {
  const all = Object.entries(items);
  const made = all.map(([name, item]) => making(quoted(`./${name}`), name.endsWith('/'), item));
  // What is made in a directory would change its time.
  const stamped = all.map(
    ([name, { at = USUAL_AT }]) => `touch -hd @${at} ${quoted(`./${name}`.replace(/\/$/, ''))}`,
  );
  await keepingTimes(server, directory, [...made, ...stamped].join('\n'));
}

function making(path: string, isDirectory: boolean, item: ServerItem): string {
  const {
    text,
    zeros,
    link,
    nameOf,
    owner = '$(stat -c %u:%g .)',
    mode = isDirectory ? 0o755 : 0o644,
  } = item;
  if (nameOf !== undefined) return `ln ${quoted(`./${nameOf}`)} ${path}`;
  const owned = `chown -h ${owner} ${path}`;
  if (link !== undefined) return `ln -s ${quoted(link)} ${path}; ${owned}`;
  const finished = `${owned}; chmod ${mode.toString(8)} ${path}`;
  if (isDirectory) return `mkdir ${path}; ${finished}`;
  if (zeros !== undefined) return `head -c ${zeros} /dev/zero > ${path}; ${finished}`;
  return `printf %s ${quoted(text ?? '')} > ${path}; ${finished}`;
}

/** With all below; those above keep their times. */
export async function removeFromServer(
  server: ServerContainer,
  directory: string,
  ...names: readonly string[]
): Promise<void> {
  await keepingTimes(server, directory, `rm -r ${names.map((name) => quoted(`./${name}`)).join(' ')}`);
}

/** As one word of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
