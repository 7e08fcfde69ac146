import { connect } from 'node:net';
import express from 'express';
import t from 'tap';
import { post, startFake } from './fake-emulator.ts';

const UNDETERMINED =
  '<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n';
const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** Sends bytes as they are and collects the answer until the connection ends, or, with `answer`, until its head is there. */
function raw(
  port: number,
  text: string,
  until: 'close' | 'answer' | 'end' | 'destroy' = 'close',
): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text, 'latin1', () => {
        if (until === 'end') socket.end();
        if (until === 'destroy') socket.destroy();
      });
    });
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (until === 'answer' && answer.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

t.test('what is DataSync, what is S3, and what is neither', async (t) => {
  const taken: string[] = [];
  const fake = await startFake({
    fallback: (request, response) => {
      taken.push(`${request.method} ${request.url}`);
      response.writeHead(299).end();
    },
  });
  t.teardown(fake.close);
  const url = fake.endpoint;
  const status = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status;

  t.equal(await status('/', { headers: signed('s3') }), 299, 'ListBuckets');
  t.equal(await status('/?X-Amz-Credential=a%2Fb%2Fc%2Fs3%2Faws4_request'), 299, 'presigned ListBuckets');
  t.equal(await status('/bucket/key'), 299, 'unsigned S3');
  t.equal(
    await status('/bucket/key', { method: 'PUT', body: 'x'.repeat(3 * 1024 * 1024) }),
    299,
    'no body limit for S3',
  );
  t.equal(await status('/bucket?delete', { method: 'POST', body: '<x/>' }), 299, 'a POST of S3');
  t.equal(await status('/health', { headers: signed('s3') }), 299, 'a bucket called health');
  t.match(
    await raw(fake.port, 'GET / HTTP/1.1\r\nHost: bucket.localhost:1\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1\.1 299/,
  );
  t.equal(taken.length, 7);

  const browser = await fetch(url);
  t.equal(browser.status, 403, 'a browser at the endpoint');
  t.equal(await browser.text(), UNDETERMINED);
  t.equal(await status('/', { headers: signed('datasync') }), 403, 'GET for DataSync');
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const headers = { 'x-amz-target': 'FmrsService.ListTasks' };
    t.equal(await status('/', { method, headers }), 403, `${method} of an operation`);
  }
  t.equal(await status('/', { method: 'POST', body: 'x', headers: signed('datasync') }), 403, 'no target');
  t.equal((await post(url, 'ListTasks', {})).status, 200);
  t.equal((await post(`${url}/?x=1`, 'ListTasks', {})).status, 200);
  t.equal(taken.length, 7);
});

t.test('without S3, all that is not DataSync is refused', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const answer = await fetch(`${fake.endpoint}/bucket`, { method: 'PUT', body: 'x' });
  t.equal(answer.status, 403);
  t.equal(await answer.text(), UNDETERMINED);
});

t.test('health, readiness and mounts', async (t) => {
  let isReady = false;
  const console = express.Router().get('/hello', (_request, response) => void response.send('hi'));
  const fake = await startFake({
    ready: () => isReady,
    mounts: [{ path: '/_console', load: async () => console }],
  });
  t.teardown(fake.close);
  t.equal((await fetch(`${fake.endpoint}/health`)).status, 200);
  t.equal((await fetch(`${fake.endpoint}/ready`)).status, 503);
  isReady = true;
  t.same(await (await fetch(`${fake.endpoint}/ready`)).json(), { status: 'ready' });
  t.equal(await (await fetch(`${fake.endpoint}/_console/hello`)).text(), 'hi');
});

t.test('each call is one line in the log', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const answer = await post(fake.endpoint, 'ListTasks', { MaxResults: 101 });
  await post(fake.endpoint, 'ListTasks', {});
  await fake.close();
  t.match(fake.logged('request'), [
    {
      requestId: answer.headers.get('x-amzn-requestid'),
      target: 'FmrsService.ListTasks',
      account: '000000000000',
      region: 'us-east-1',
      error: 'ValidationException',
      message: /maxResults/,
      status: 400,
      ms: Number,
    },
    { status: 200 },
  ]);
});

t.test('bodies that are too large, and those that never come', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const large = await post(fake.endpoint, 'ListTasks', `{"x":"${'x'.repeat(1024 * 1024)}"}`);
  t.equal(large.status, 413);
  t.equal(large.text, '');
  const near = await post(fake.endpoint, 'ListTasks', `{"x":"${'x'.repeat(1024 * 1024 - 8)}"}`);
  t.equal(near.status, 200, 'just under it');

  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: FmrsService.ListTasks\r\nContent-Type: application/x-amz-json-1.1\r\n';
  t.match(
    await raw(fake.port, `${head}Content-Length: 99999999\r\n\r\n{}`, 'answer'),
    /^HTTP\/1\.1 413/,
    'refused by its length alone',
  );
  await raw(fake.port, `${head}Content-Length: 100\r\n\r\n{}`, 'destroy');
  await raw(fake.port, `${head}Content-Length: 100\r\n\r\n{}`, 'end');
  await raw(fake.port, `${head}Content-Length: 2\r\n\r\n{}`, 'destroy');
  await raw(fake.port, `${head}Content-Length: 2\r\n\r\n`, 'destroy');
  await raw(fake.port, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`);
  t.match(
    await raw(
      fake.port,
      `${head}Content-Encoding: gzip\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\x1f\x8b\x08`,
    ),
    /^HTTP\/1\.1 400[\s\S]*SerializationException/,
    'compressed',
  );
  t.equal((await post(fake.endpoint, 'ListTasks', {})).status, 200, 'it still answers');
  t.same(fake.logged('internal-error'), []);
});

t.test('deep nesting', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const deep = '['.repeat(400_000) + ']'.repeat(400_000);
  t.equal((await post(fake.endpoint, 'ListTasks', `{"Unknown":${deep}}`)).status, 200);
  t.equal(
    (await post(fake.endpoint, 'ListTasks', `{"Filters":${deep}}`)).json['__type'],
    'SerializationException',
  );
  t.equal(
    (await post(fake.endpoint, 'ListTasks', `${'{"Filters":'.repeat(80_000)}1${'}'.repeat(80_000)}`)).status,
    400,
  );
});

t.test('odd requests get an HTTP error, not an end', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const rest = ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  for (const line of [
    'GET //',
    'GET http://[',
    'OPTIONS *',
    'GET /%zz',
    'GET /%ff?%ff',
    'POST /?X-Amz-Credential=%',
    'TRACE /',
    'GET /\u00ff',
  ]) {
    t.match(await raw(fake.port, `${line}${rest}`), /^HTTP\/1\.1 4\d\d /, line);
  }
  t.match(await raw(fake.port, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400/);
  t.match(await raw(fake.port, `GET /${'x'.repeat(20_000)}${rest}`), /^HTTP\/1\.1 4/);
  t.equal((await post(fake.endpoint, 'ListTasks', {})).status, 200);
  t.same(fake.logged('internal-error'), []);
});

t.test(
  'a mounted handler that fails is a bug with a line in the log, without its text to the client',
  async (t) => {
    const fake = await startFake({
      fallback: (request) => {
        throw Object.assign(new Error('the secret is hunter2'), {
          status: request.url === '/a' ? 418 : undefined,
        });
      },
    });
    t.teardown(fake.close);
    for (const path of ['/a', '/b']) {
      const answer = await fetch(`${fake.endpoint}${path}`);
      t.equal(answer.status, 500, path);
      t.notMatch(await answer.text(), /hunter2/);
    }
    t.equal(fake.logged('internal-error').length, 2);
  },
);

t.test('close: idle connections end at once, requests under way within a second', async (t) => {
  let arrived: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const fake = await startFake({
    actions: {
      ListTasks: () => {
        arrived();
        return new Promise(() => undefined);
      },
    },
  });
  await post(fake.endpoint, 'ListAgents', {});
  const startedAt = Date.now();
  const hanging = post(fake.endpoint, 'ListTasks', {}).then(
    () => 'answered',
    () => 'cut off',
  );
  await waiting;
  await Promise.all([fake.close(), fake.close()]);
  t.ok(Date.now() - startedAt < 1000);
  t.equal(await hanging, 'cut off');
  await t.rejects(fetch(fake.endpoint), 'nobody listens any more');
  t.match(fake.logged('request').at(-1), { aborted: undefined });

  const idle = await startFake();
  await post(idle.endpoint, 'ListAgents', {});
  const before = Date.now();
  await idle.close();
  t.ok(Date.now() - before < 500);
});

t.test('an address that is taken is named', async (t) => {
  const fake = await startFake();
  t.teardown(fake.close);
  const { listen } = await import('../../src/api/server.ts');
  const { silentLog } = await import('../../src/base/log.ts');
  const { systemClock } = await import('../../src/base/system-clock.ts');
  const dataSync = async () => ({ status: 200, headers: {}, body: '', about: {} });
  const more = { dataSync, ready: () => true, clock: systemClock(), log: silentLog };
  await t.rejects(listen({ host: '127.0.0.1', port: fake.port, ...more }), {
    message: `Cannot listen on 127.0.0.1, port ${fake.port}: something else listens there. Choose another port (0 takes any free one) or another host.`,
  });
});
