// `npm run bench [name…]`: builds nothing, prints one JSON line a figure. Needs rclone for the comparisons,
// and for `minio` also the AWS CLI and docker/minio/minio.
import { benchApi } from './api.ts';
import { benchDirectory } from './directory.ts';
import { benchMillion } from './million.ts';
import { benchMinio } from './minio.ts';
import { benchS3 } from './s3.ts';
import { benchStart } from './start.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  start: benchStart,
  api: benchApi,
  directory: benchDirectory,
  s3: benchS3,
  minio: benchMinio,
  million: benchMillion,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(
    `There is no bench "${unknown.join('", "')}". There are: ${Object.keys(benches).join(', ')}.`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(benches)) {
  if (asked.length === 0 || asked.includes(name)) await run();
}
