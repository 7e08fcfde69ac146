import t from 'tap';
import { engineContract } from '../contract/engine.ts';
import { bucketMaker, inDirectory, inMemory } from './places.ts';

engineContract('memory to memory', {
  open: async () => ({ source: await inMemory(), destination: await inMemory() }),
});

engineContract('directory to directory', {
  async open(t) {
    const directory = t.testdir({ from: {}, to: {} });
    return {
      source: await inDirectory(`${directory}/from`),
      destination: await inDirectory(`${directory}/to`),
    };
  },
});

const makeBucket = await bucketMaker(t);

engineContract('memory to bucket', {
  open: async () => ({ source: await inMemory(), destination: await makeBucket('p/') }),
});

engineContract('bucket to memory', {
  open: async () => ({ source: await makeBucket(), destination: await inMemory() }),
});

engineContract('bucket to bucket', {
  open: async () => ({ source: await makeBucket(), destination: await makeBucket() }),
});
