import { VirtualClock } from '../../src/base/virtual-clock.ts';
import { local } from '../../src/storage/local.ts';
import { memory } from '../../src/storage/memory.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { engineContract } from '../contract/engine.ts';

const context = () => ({ volumes: createVolumes(), clock: new VirtualClock() });
const inMemory = () => memory.open({ volume: 'nas.memory', root: '/data', stagingId: 'task-1' }, context());

engineContract('memory to memory', {
  open: async () => ({ source: await inMemory(), destination: await inMemory() }),
});

engineContract('directory to directory', {
  async open(t) {
    const directory = t.testdir({ from: {}, to: {} });
    const open = (name: string) =>
      local.open({ directory: `${directory}/${name}`, root: '', stagingId: 'task-1' }, context());
    return { source: await open('from'), destination: await open('to') };
  },
});
