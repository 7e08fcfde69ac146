// Writes docs/reference from the tables in the source; with --check it only says whether that is up to date.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultsPage } from './docs/faults-page.ts';

const PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/faults.md': faultsPage,
};

const isCheck = process.argv.includes('--check');

for (const [path, page] of Object.entries(PAGES)) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const text = page();
  if (text === current(file)) continue;
  if (isCheck) {
    console.error(`${path} is out of date. Write it anew with "npm run docs".`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`${path} is written.`);
  }
}

function current(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
