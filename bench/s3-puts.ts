import { Pool } from 'undici';
import { signer, UNSIGNED_PAYLOAD } from '../src/base/sigv4.ts';
import { startEmulator } from './emulator.ts';
import { report, short } from './measure.ts';

const COUNT = 10_000;
const IN_FLIGHT = 32;
const BYTES = 4096;

/** Signed PUTs of small objects into the embedded S3, by a client that costs little itself. */
export async function benchPuts(): Promise<void> {
  await using emulator = await startEmulator();
  const { host } = new URL(emulator.endpoint);
  const credentials = { accessKeyId: '111122223333', secretAccessKey: 'test' };
  const { sign } = signer(credentials, 'us-east-1', 's3');
  const pool = new Pool(emulator.endpoint, { connections: IN_FLIGHT });
  const body = Buffer.alloc(BYTES, 'x');
  const put = async (path: string, content: Buffer | null) => {
    const request = { method: 'PUT', path, query: '', headers: { host } } as const;
    const headers = { host, ...sign(request, UNSIGNED_PAYLOAD, Date.now()) };
    const answer = await pool.request({ method: 'PUT', path, headers, body: content });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`PUT ${path} was answered with ${answer.statusCode}.`);
  };
  await put('/puts', null);
  let next = 0;
  const worker = async () => {
    while (next < COUNT) await put(`/puts/object-${next++}`, body);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  report('S3 10,000 PUTs of 4 KiB', {
    inFlight: IN_FLIGHT,
    seconds: short(seconds),
    perSecond: Math.round(COUNT / seconds),
    aim: { perSecond: 2000 },
  });
}
