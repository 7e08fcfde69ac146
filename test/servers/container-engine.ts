import { execFileSync } from 'node:child_process';

/**
 * Servers that may not be missing, from REQUIRE_SERVERS (such as "minio,radosgw"): CI sets it, so that a suite
 * which could not run there fails instead of being skipped for green.
 */
const required = new Set((process.env['REQUIRE_SERVERS'] ?? '').split(',').filter(Boolean));

function succeeds(...args: readonly string[]): boolean {
  try {
    execFileSync('docker', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function missing(server: string): string | undefined {
  if (!succeeds('info')) return 'no container engine answers here (docker info fails)';
  if (!succeeds('image', 'inspect', `datasync-local/${server}`)) {
    return `its image is not built: run "docker/build-images.sh ${server}"`;
  }
  return undefined;
}

/**
 * What tap takes as `skip`: false when the server can be started here, else the reason why not.
 * @throws when the server is required and cannot be started
 */
export function skipWithout(server: string): string | false {
  const reason = missing(server);
  if (!reason) return false;
  if (required.has(server)) throw new Error(`${server} is required (REQUIRE_SERVERS), but ${reason}.`);
  return `needs ${server}: ${reason}`;
}
