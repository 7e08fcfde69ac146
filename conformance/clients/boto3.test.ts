// The whole story of a task, told by boto3 in story.py.

import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startTarget } from '../target.ts';
import { environmentFor, outputOf, PYTHON, unlessPresent, workplace } from './tools.ts';

const skip = unlessPresent(PYTHON, ['-c', 'import boto3']);

t.test('boto3 creates, starts, polls, lists, tags, updates, cancels and deletes', { skip }, async (t) => {
  using place = workplace();
  await using target = await startTarget(['--bind', `nfs://nas.example/export=directory:${place.source}`]);
  const story = fileURLToPath(new URL('./story.py', import.meta.url));
  const said = await outputOf(PYTHON, [story, place.source], environmentFor(target));
  const chapters = ['create', 'start and poll', 'read back', 'list and tag', 'update and cancel', 'delete'];
  t.same(said.trim().split('\n'), chapters);
});
