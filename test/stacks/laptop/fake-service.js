/**
 * Stands in for a service: ready as soon as it listens, says what it is told, and notes when it stops. FAKE: `ends` (with
 * FAKE_CODE), `deaf` (to SIGTERM), `never-ready`.
 */
'use strict';
const { appendFileSync } = require('node:fs');
const { createServer } = require('node:http');

const { FAKE, FAKE_CODE, FAKE_NOTES, FAKE_NAME, LISTEN_PORT } = process.env;

const note = (what) => FAKE_NOTES && appendFileSync(FAKE_NOTES, `${FAKE_NAME} ${what}\n`);

note('started');
process.stdout.write(`token ${process.env.SERVICE_TOKEN ?? 'none'}\n`);
if (FAKE === 'ends') {
  process.stderr.write('the disk is on fire\n');
  process.exit(Number(FAKE_CODE));
}
process.on('SIGTERM', () => {
  note('stopped');
  if (FAKE !== 'deaf') process.exit(0);
});
createServer((_request, response) => {
  const isReady = FAKE !== 'never-ready';
  response.statusCode = isReady ? 200 : 503;
  response.end(JSON.stringify({ status: '', reasons: isReady ? [] : ['no broker is up'] }));
}).listen(Number(LISTEN_PORT), '127.0.0.1', () => process.stdout.write('listening\n'));
