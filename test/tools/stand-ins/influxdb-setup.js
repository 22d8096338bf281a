/** The first set-up of InfluxDB, by the variables that its image documents. */
'use strict';
const { readFileSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');

const { fetch } = globalThis;
const [, , url] = process.argv;
const ATTEMPTS = 600;
const PAUSE_MS = 100;
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };

function given(name) {
  const file = process.env[`DOCKER_INFLUXDB_INIT_${name}_FILE`];
  const value = file === undefined ? process.env[`DOCKER_INFLUXDB_INIT_${name}`] : readFileSync(file, 'utf8');
  if (value === undefined || value === '') throw new Error(`DOCKER_INFLUXDB_INIT_${name} is not set`);
  return value;
}

function retentionSeconds(text) {
  const [, count, unit] = /^([0-9]+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`DOCKER_INFLUXDB_INIT_RETENTION=${text} is no time such as 168h`);
  return Number(count) * SECONDS[unit];
}

async function whenUp() {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(PAUSE_MS);
  }
  throw new Error('influxd does not answer');
}

async function setUp() {
  const body = {
    username: given('USERNAME'),
    password: given('PASSWORD'),
    org: given('ORG'),
    bucket: given('BUCKET'),
    token: given('ADMIN_TOKEN'),
    retentionPeriodSeconds: retentionSeconds(given('RETENTION')),
  };
  await whenUp();
  const answer = await fetch(`${url}/api/v2/setup`, { method: 'POST', body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`set-up: ${answer.status} ${await answer.text()}`);
}

setUp().catch((error) => {
  process.stderr.write(`influxdb-setup: ${error.message}\n`);
  process.exitCode = 1;
});
