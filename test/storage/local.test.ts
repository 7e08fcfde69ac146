import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { local } from '../../src/storage/local.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { backendContract } from '../contract/backend.ts';

const context = { volumes: createVolumes(), clock: new VirtualClock() };

backendContract('a directory', {
  open: (t) => local.open({ directory: t.testdir({}), root: '' }, context),
});
