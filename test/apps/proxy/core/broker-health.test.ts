/** When a broker gets requests: scenarios, with the clock handed in. */
import { BrokerHealth } from '../../../../apps/proxy/core/broker-health';

const RULES = { rise: 2, fall: 3, failures: 3, ejectionMs: 1000, maxEjectionMs: 4000 };

function known(): BrokerHealth {
  const health = new BrokerHealth(RULES);
  health.probeSucceeded(0);
  return health;
}

test('nothing is known of it: out, and the first good probe brings it in', () => {
  const health = new BrokerHealth(RULES);
  expect(health.state()).toBe('out');
  health.probeSucceeded(0);
  expect(health.state()).toBe('in');
});

test('after a bad first probe it takes as many good ones as at any other time', () => {
  const health = new BrokerHealth(RULES);
  health.probeFailed('connect ECONNREFUSED');
  health.probeSucceeded(0);
  expect(health.state()).toBe('out');
  health.probeSucceeded(1);
  expect(health.state()).toBe('in');
});

test('three bad probes in a row take it out, two do not', () => {
  const health = known();
  health.probeFailed('a');
  health.probeFailed('b');
  health.probeSucceeded(1);
  health.probeFailed('c');
  health.probeFailed('d');
  expect(health.state()).toBe('in');
  health.probeFailed('e');
  expect(health.state()).toBe('out');
  expect(health.lastFailure).toBe('e');
});

test('requests that fail although probes succeed keep it out longer each time, up to a limit', () => {
  const health = known();
  let now = 0;
  for (const lengthMs of [1000, 2000, 4000, 4000]) {
    for (let i = 0; i < 3; i += 1) health.requestFailed(now, 'reset');
    expect(health.state()).toBe('out');
    health.probeSucceeded(now + 1);
    health.probeSucceeded(now + 2);
    expect(health.state()).toBe('probation');
    health.probeSucceeded(now + lengthMs - 1);
    expect(health.state()).toBe('probation');
    now += lengthMs;
    health.probeSucceeded(now);
    expect(health.state()).toBe('in');
  }
  // Well for as long as the longest: forgotten.
  health.probeSucceeded(now + 4000);
  now += 5000;
  for (let i = 0; i < 3; i += 1) health.requestFailed(now, 'reset');
  health.probeSucceeded(now + 1);
  health.probeSucceeded(now + 1000);
  expect(health.state()).toBe('in');
});

test('a request that succeeds starts the count anew', () => {
  const health = known();
  for (let i = 0; i < 10; i += 1) {
    health.requestFailed(i, 'reset');
    health.requestFailed(i, 'reset');
    health.requestSucceeded();
  }
  expect(health.state()).toBe('in');
});
