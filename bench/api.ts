import { Agent, request } from 'undici';
import { startEmulator } from './emulator.ts';
import { report, short } from './measure.ts';

const COUNT = 5000;
const WIDTH = 8;

type Call = (operation: string, input: unknown) => Promise<Record<string, string>>;

function caller(endpoint: string): Call {
  const dispatcher = new Agent({ connections: WIDTH });
  return async (operation, input) => {
    const { statusCode, body } = await request(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `FmrsService.${operation}` },
      body: JSON.stringify(input),
      dispatcher,
    });
    const answer = (await body.json()) as Record<string, string>;
    if (statusCode !== 200) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

async function timeCalls(name: string, one: (index: number) => Promise<unknown>): Promise<void> {
  const latencies: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < COUNT) {
      const before = performance.now();
      await one(next++);
      latencies.push(performance.now() - before);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: WIDTH }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => short(latencies[Math.floor(latencies.length * share)] ?? Number.NaN);
  report(name, {
    calls: COUNT,
    inFlight: WIDTH,
    perSecond: Math.round(COUNT / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  });
}

/** Latency and requests a second of a write and of a read, from another process over HTTP. */
export async function benchApi(): Promise<void> {
  await using emulator = await startEmulator();
  const call = caller(emulator.endpoint);
  const { AgentArn } = await call('CreateAgent', { ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' });
  const nfs = (index: number) => ({
    ServerHostname: 'nas.memory',
    Subdirectory: `/export/${index}`,
    OnPremConfig: { AgentArns: [AgentArn] },
  });
  const { LocationArn: source } = await call('CreateLocationNfs', nfs(-1));
  const { LocationArn: destination } = await call('CreateLocationEfs', {
    EfsFilesystemArn: 'arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0123456789abcdef0',
    Ec2Config: {
      SubnetArn: 'arn:aws:ec2:us-east-1:111122223333:subnet/subnet-0123456789abcdef0',
      SecurityGroupArns: ['arn:aws:ec2:us-east-1:111122223333:security-group/sg-0123456789abcdef0'],
    },
  });
  const { TaskArn } = await call('CreateTask', {
    SourceLocationArn: source,
    DestinationLocationArn: destination,
  });
  await timeCalls('CreateLocationNfs', (index) => call('CreateLocationNfs', nfs(index)));
  await timeCalls('DescribeTask', () => call('DescribeTask', { TaskArn }));
}
