// Other programs that speak to the target: the AWS CLI and Python with boto3.

import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Target } from '../target.ts';

const execute = promisify(execFile);

/** Python with boto3: the one of the virtual environment that comes first in PATH. */
export const PYTHON = process.env['PYTHON'] ?? 'python3';

/**
 * Why a story that needs `command` is left out here, or false. In CI nothing is ever left out: a tool that is
 * missing there fails the story.
 */
export function unlessPresent(command: string, args: readonly string[]): string | false {
  if (process.env['CI']) return false;
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  if (!error && status === 0) return false;
  return `"${[command, ...args].join(' ')}" does not work here; install it to run this story`;
}

/** Settings of a user who set nothing but the endpoint, a Region and any keys. */
export function environmentFor({ endpoint, account, region }: Target): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'anything',
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
}

/** What a command wrote on standard output. Rejects with its standard error when it fails. */
export async function outputOf(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { stdout } = await execute(command, [...args], { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** A folder with a small tree in `source` and nothing else; it goes away with `using`. */
export function workplace(): { readonly path: string; readonly source: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'datasync-local-clients-'));
  const source = join(path, 'source');
  mkdirSync(join(source, 'folder/deeper'), { recursive: true });
  const file = (name: string, content: string | Buffer) => writeFileSync(join(source, name), content);
  file('plain.txt', 'plain\n');
  file('empty', '');
  file('folder/with spaces & more + 100%.txt', 'odd name\n');
  file('folder/ünï-日本.txt', 'unicode\n');
  file('folder/deeper/skipped.tmp', 'not to be copied\n');
  file('folder/deeper/large.bin', Buffer.alloc(11 * 1024 * 1024 + 13, 'some bytes that repeat '));
  return { path, source, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
