/** Inside the sandbox: an InfluxDB with the stack's bucket runs each query; what it refuses is printed. */
'use strict';
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');

const { fetch } = globalThis;
const URL = 'http://127.0.0.1:8086';
const TOKEN = 'a-token-of-the-judge';
const ATTEMPTS = 300;
const PAUSE_MS = 100;

async function judge() {
  const server = spawn('/judge/influxd', [], {
    stdio: 'ignore',
    env: {
      INFLUXD_BOLT_PATH: '/tmp/influxd.bolt',
      INFLUXD_SQLITE_PATH: '/tmp/influxd.sqlite',
      INFLUXD_ENGINE_PATH: '/tmp/engine',
      INFLUXD_HTTP_BIND_ADDRESS: '127.0.0.1:8086',
      INFLUXD_REPORTING_DISABLED: 'true',
    },
  });
  try {
    await whenUp();
    await asked(
      '/api/v2/setup',
      JSON.stringify({
        username: 'judge',
        password: 'a-password-of-the-judge',
        token: TOKEN,
        org: 'telemetryorg',
        bucket: 'telem_bucket',
      }),
    );
    let refused = 0;
    for (const query of JSON.parse(readFileSync('/judge/queries.json', 'utf8'))) {
      const answer = await asked('/api/v2/query?org=telemetryorg', query);
      // An error while it runs comes as a row of the answer.
      if (answer.status === 200 && !answer.text.includes('error,reference')) continue;
      refused += 1;
      process.stdout.write(`${answer.status}: ${answer.text}\n${query}\n`);
    }
    return refused === 0 ? 0 : 1;
  } finally {
    server.kill('SIGKILL');
  }
}

async function asked(path, body) {
  const headers = {
    authorization: `Token ${TOKEN}`,
    'content-type': path.startsWith('/api/v2/query') ? 'application/vnd.flux' : 'application/json',
  };
  const answer = await fetch(`${URL}${path}`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

async function whenUp() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await fetch(`${URL}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(PAUSE_MS);
  }
  throw new Error('influxd does not answer');
}

judge().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stdout.write(`${error.message}\n`);
    process.exitCode = 2;
  },
);
