/**
 * Runs in a pod's network namespace: tries the connections that stand on its input, one `address port` a line, and writes
 * what came of each. One process for all of them, for a machine with two cores starts a process in its own time.
 */
'use strict';
const { connect } = require('node:net');
const { readFileSync } = require('node:fs');

/** Only what never gets an answer waits so long. */
const SILENCE_MS = 8000;
const AT_ONCE = 64;
const OUTCOMES = { ECONNREFUSED: 'refused', EHOSTUNREACH: 'rejected' };

function attempt(address, port) {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const done = (outcome) => {
      socket.destroy();
      process.stdout.write(`${address} ${port} ${outcome}\n`);
      resolve();
    };
    socket.setTimeout(SILENCE_MS, () => done('silent'));
    socket.once('connect', () => done('connected'));
    socket.once('error', ({ code }) => done(OUTCOMES[code] ?? code));
  });
}

const waiting = readFileSync(0, 'utf8').trim().split('\n');

async function work() {
  for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
    const [address, port] = line.split(' ');
    await attempt(address, Number(port));
  }
}

void Promise.all(Array.from({ length: AT_ONCE }, work));
