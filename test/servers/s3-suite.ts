import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import t from 'tap';
import { systemClock } from '../../src/base/system-clock.ts';
import { s3 } from '../../src/storage/s3.ts';
import { createVolumes } from '../../src/storage/volumes.ts';
import { backendContract } from '../contract/backend.ts';
import { skipWithout } from './container-engine.ts';
import { type S3Server, type S3ServerName, startS3Server } from './s3.ts';
import { BUCKET_STORIES } from './s3-bucket-stories.ts';
import { survivesKill } from './s3-kill.ts';
import { DIRECTORY_STORIES } from './s3-stories.ts';
import { tellStories } from './s3-tasks.ts';
import { comesRightAgain } from './s3-trouble.ts';
import { openWorld } from './s3-world.ts';

/**
 * All that must hold over a real S3 server in a container of its own: the backend contract, whole tasks, trouble, its death.
 * `except`: clauses of the contract that the server cannot keep, each with its reason; told in
 * docs/differences.md too.
 */
export async function s3ServerSuite(
  name: S3ServerName,
  except: Readonly<Record<string, string>> = {},
): Promise<void> {
  const skip = skipWithout(name);
  if (skip) {
    t.test(`${name} keeps the backend contract, and tasks over it`, { skip }, async () => undefined);
    return;
  }
  // Half a minute, on a machine that has nothing else to do.
  t.setTimeout(300_000);
  const server = await startS3Server(name);
  t.teardown(() => server[Symbol.asyncDispose]());
  contract(name, server, except);
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const open = () => openWorld({ endpoint, accessKeyId, secretAccessKey });
  tellStories(name, [...DIRECTORY_STORIES, ...BUCKET_STORIES], open);
  comesRightAgain(name, open);
  survivesKill(name, server);
}

function contract(
  name: S3ServerName,
  { endpoint, accessKeyId, secretAccessKey }: S3Server,
  except: Readonly<Record<string, string>>,
): void {
  const region = 'us-east-1';
  const credentials = { accessKeyId, secretAccessKey };
  const sdk = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const context = { volumes: createVolumes(), clock: systemClock() };
  let count = 0;
  backendContract(name, {
    except,
    async open() {
      const bucket = `contract-${count++}`;
      await sdk.send(new CreateBucketCommand({ Bucket: bucket }));
      const place = { endpoint, region, bucket, prefix: 'pre/', timeForm: 'ns' } as const;
      return s3.open({ ...place, ...credentials }, context);
    },
  });
}
