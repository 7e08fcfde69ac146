// `npm run bench [name…]`: builds nothing, prints one JSON line a figure. Needs rclone for the comparisons,
// for `minio` also the AWS CLI and docker/minio/minio, for `nfs` also nfs-cp (libnfs-utils), and for `nfs` and `smb` a
// container engine with the images of docker/build-images.sh.
import { benchApi } from './api.ts';
import { benchDirectory } from './directory.ts';
import { benchInProcess } from './in-process.ts';
import { benchMillion } from './million.ts';
import { benchMinio } from './minio.ts';
import { benchNfs } from './nfs.ts';
import { benchS3 } from './s3.ts';
import { benchSmb } from './smb.ts';
import { benchStart } from './start.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  start: benchStart,
  'in-process': benchInProcess,
  api: benchApi,
  directory: benchDirectory,
  s3: benchS3,
  minio: benchMinio,
  nfs: benchNfs,
  smb: benchSmb,
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
