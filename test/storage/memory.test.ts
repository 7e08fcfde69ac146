import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { memory } from '../../src/storage/memory.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { backendContract } from '../contract/backend.ts';

const context = () => ({ volumes: createVolumes(), clock: new VirtualClock() });

backendContract('memory', {
  open: () => memory.open({ volume: 'nas.memory', root: '/export/data' }, context()),
});
