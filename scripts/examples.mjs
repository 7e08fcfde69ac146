// Runs the examples as their users would: against the built package, each with its own test runner. What is not there
// is installed: the runners below examples/, pytest and boto3 in a virtual environment that is removed at the end.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const examples = join(checkout, 'examples');
const place = mkdtempSync(join(tmpdir(), 'datasync-local-examples-'));
const env = {
  ...process.env,
  PATH: [join(place, 'venv/bin'), process.env['PATH']].join(delimiter),
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Its output is shown only when it fails. */
function run(name, cwd, command, ...args) {
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)`);
  if (status === 0) return true;
  console.log(stdout, stderr);
  return false;
}

function python() {
  const { status } = spawnSync('python3', ['-c', 'import boto3, pytest'], { env, stdio: 'ignore' });
  if (status === 0) return true;
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    'pytest/requirements.txt',
  ];
  return (
    run('python3 -m venv', examples, 'python3', '-m', 'venv', join(place, 'venv')) &&
    run('pytest and boto3 from PyPI', examples, 'python3', ...pip)
  );
}

const install = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--silent'];
const compiler = join(checkout, 'node_modules/typescript/bin/tsc');
try {
  const prepared =
    run('npm run build', checkout, 'npm', 'run', 'build') &&
    run('jest and vitest from npm', examples, 'npm', ...install) &&
    python();
  const results = !prepared
    ? [false]
    : [
        run('types', examples, process.execPath, compiler, '-p', 'tsconfig.json'),
        ...['node-test', 'tap', 'vitest', 'jest', 'pytest'].map((name) =>
          run(name, examples, 'npm', 'run', '--silent', name),
        ),
      ];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(place, { recursive: true, force: true });
}
