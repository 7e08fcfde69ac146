import { VirtualClock } from '../../../src/base/virtual-clock.ts';
import { smbFiles } from '../../../src/storage/smb/smb-files.ts';
import { backendContract } from '../../contract/backend.ts';
import { FakeTree } from './fake-tree.ts';

const SCHOOLS = { 'a server that stops behind a refusal': false, 'a server that goes on': true };

for (const [name, goesOnBehindRefusals] of Object.entries(SCHOOLS)) {
  backendContract(`SMB files over ${name}`, {
    open: () => {
      const tree = new FakeTree();
      tree.goesOnBehindRefusals = goesOnBehindRefusals;
      return smbFiles(tree, { label: 'smb://fake', root: '', stagingId: 'task', clock: new VirtualClock() });
    },
  });
}
