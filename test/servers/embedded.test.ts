import { BUCKET_STORIES } from './s3-bucket-stories.ts';
import { DIRECTORY_STORIES } from './s3-stories.ts';
import { tellStories } from './s3-tasks.ts';
import { openWorld } from './s3-world.ts';

tellStories('embedded', [...DIRECTORY_STORIES, ...BUCKET_STORIES], () => openWorld(undefined));
