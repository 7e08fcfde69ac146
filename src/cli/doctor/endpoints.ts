import { DataSyncClient, ListTasksCommand } from '@aws-sdk/client-datasync';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Environment } from '../../harness/config.ts';
import { type Finding, reasonOf } from './finding.ts';

const REACH_MS = 2000;

/** What is sent, as far as it tells where to. */
interface Sent {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

/** Takes the request in the place of the network, so that nothing is sent anywhere. */
class Caught extends Error {
  readonly endpoint: string;

  constructor({ protocol, hostname, port }: Sent) {
    super('caught');
    this.endpoint = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
  }
}

/** Which endpoint each service's clients would use, by asking AWS's own client, and whether it answers. */
export async function checkEndpoints(environment: Environment, suggested: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const service of SERVICES) {
    const about = `${service.name} calls of SDKs and the AWS CLI`;
    try {
      const endpoint = await service.endpoint();
      findings.push(await judge(service, about, endpoint, environment, suggested));
    } catch (error) {
      findings.push({ is: 'bad', about, says: `the AWS SDK cannot tell its endpoint: ${reasonOf(error)}` });
    }
  }
  return findings;
}

/** Nothing that is sent is signed for real. */
const SETTINGS = {
  credentials: { accessKeyId: 'doctor', secretAccessKey: 'doctor' },
  maxAttempts: 1,
  requestHandler: {
    handle: (request: Sent): Promise<never> => Promise.reject(new Caught(request)),
  },
};

interface Service {
  readonly name: string;
  readonly variable: string;
  endpoint(): Promise<string>;
}

const SERVICES: readonly Service[] = [
  {
    name: 'DataSync',
    variable: 'AWS_ENDPOINT_URL_DATASYNC',
    endpoint: () => caughtBy(() => new DataSyncClient(withRegion()).send(new ListTasksCommand({}))),
  },
  {
    name: 'S3',
    variable: 'AWS_ENDPOINT_URL_S3',
    endpoint: () => caughtBy(() => new S3Client(withRegion()).send(new ListBucketsCommand({}))),
  },
];

const withRegion = () => ({ ...SETTINGS, region: 'us-east-1' });

async function caughtBy(send: () => Promise<unknown>): Promise<string> {
  try {
    await send();
  } catch (error) {
    if (error instanceof Caught) return error.endpoint;
    throw error;
  }
  throw new Error('it sent nothing');
}

async function judge(
  { variable }: Service,
  about: string,
  endpoint: string,
  environment: Environment,
  suggested: string,
): Promise<Finding> {
  if (/\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(endpoint)) {
    const next = `export ${variable}=${suggested} (or AWS_ENDPOINT_URL, or endpoint_url in the profile; Terraform: endpoints { } in the provider)`;
    return { is: 'note', about, says: `would go to AWS itself, ${endpoint}`, next };
  }
  const because = whyThere(variable, environment);
  const failure = await reachFailure(endpoint);
  if (failure === undefined) return { is: 'good', about, says: `${endpoint} (${because}) answers` };
  const next = 'Start it with "datasync-local start", or correct the setting.';
  return { is: 'bad', about, says: `${endpoint} (${because}) does not answer: ${failure}`, next };
}

function whyThere(variable: string, environment: Environment): string {
  const set = [variable, 'AWS_ENDPOINT_URL'].find((name) => environment[name]);
  if (set !== undefined) return `from ${set}`;
  return `from the profile ${environment['AWS_PROFILE'] ?? 'default'} in ${environment['AWS_CONFIG_FILE'] ?? '~/.aws/config'}`;
}

/** Why nobody answers there; undefined when somebody does, whatever the answer. */
async function reachFailure(endpoint: string): Promise<string | undefined> {
  try {
    await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(REACH_MS) });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
