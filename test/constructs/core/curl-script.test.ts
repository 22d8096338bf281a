/**
 * The function for HTTP interfaces: the login arrives whatever the password holds, and stands in no argument.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { CURL_FUNCTION } from '../../../constructs/core/curl-script';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
}

async function run(script: string, password: string): Promise<{ asked: Asked[]; said: string }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, authorization: headers.authorization });
    response.statusCode = url === '/missing' ? 404 : 200;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const child = spawn('bash', ['-c', [...CURL_FUNCTION, script].join('\n')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        API_URL: `http://127.0.0.1:${port ?? 0}`,
        API_LOGIN: 'setup',
        API_PASSWORD: password,
      },
    });
    const output: string[] = [];
    child.stdout.on('data', (data) => output.push(String(data)));
    await once(child, 'close');
    return { asked, said: output.join('') };
  } finally {
    server.close();
  }
}

test.each(['plain', 'with "quotes"', 'with \\ and \\\\', "$(id) `id` ' %s \\n"])(
  'the password %j arrives as it is',
  async (password) => {
    const { asked } = await run('api PUT /_ilm/policy/x', password);
    expect(asked).toEqual([
      {
        method: 'PUT',
        url: '/_ilm/policy/x',
        authorization: `Basic ${Buffer.from(`setup:${password}`).toString('base64')}`,
      },
    ]);
  },
);

test('the status of what is there, of what is not, of nobody', async () => {
  const { said } = await run(
    'for path in /there /missing; do status_of "$path"; echo; done; API_URL=http://127.0.0.1:9 status_of / 2>/dev/null',
    'plain',
  );
  expect(said).toBe('200\n404\n000');
});

test('no argument of curl has the password in it', async () => {
  const { said } = await run('curl() { printf "%s\\n" "$@"; }; api GET /', 'hunter2');
  expect(said).toContain('--config');
  expect(said).not.toContain('hunter2');
});
