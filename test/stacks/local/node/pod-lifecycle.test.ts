/** Transcripts: what the pod does, with the second at which it does it. */
import type { ContainerPlan, PodPlan, ProbePlan } from '../../../../stacks/local/cluster-plan';
import { PodLifecycle } from '../../../../stacks/local/node/pod-lifecycle';
import { FakeClock } from './fake-clock';
import { container, pod } from './small-plan';

const PROBE: ProbePlan = {
  action: { kind: 'tcp', port: 80 },
  initialDelayS: 0,
  periodS: 10,
  timeoutS: 1,
  failureThreshold: 3,
  successThreshold: 1,
};

class Stage {
  public readonly clock = new FakeClock();
  public readonly lifecycle: PodLifecycle;
  /** What its probes answer, by container. */
  public readonly health = new Map<string, boolean>();
  private said: string[] = [];

  public constructor(given: Partial<PodPlan> & Pick<PodPlan, 'containers'>) {
    const plan = pod({ name: 'web-0', address: '10.244.1.1', ...given });
    this.lifecycle = new PodLifecycle(
      plan,
      {
        prepare: () => {
          this.say('new pod');
        },
        start: ({ name }) => {
          this.say(`start ${name}`);
        },
        signal: ({ name }, signal) => {
          this.say(`${signal} ${name}`);
        },
        probe: ({ name }) =>
          Promise.resolve({ ok: this.health.get(name) ?? true, message: `${name} does not answer` }),
        changed: () => undefined,
        exited: () => undefined,
      },
      this.clock,
    );
  }

  public ends(name: string, code: number): void {
    this.lifecycle.exited(name, { code, reason: undefined });
  }

  /** Since the last time it was asked. */
  public transcript(): readonly string[] {
    return this.said.splice(0);
  }

  public status(name: string): PodLifecycle['containers'][number] | undefined {
    return this.lifecycle.containers.find((one) => one.name === name);
  }

  private say(text: string): void {
    this.said.push(`${this.clock.nowMs() / 1_000} ${text}`);
  }
}

function one(name: string, probes: ContainerPlan['probes'] = {}): ContainerPlan {
  return container({ name, argv: ['/bin/true'], probes });
}

test('init containers run one after the other, then all containers together', async () => {
  const stage = new Stage({ initContainers: [one('a'), one('b')], containers: [one('web'), one('side')] });
  stage.lifecycle.start();
  expect(stage.transcript()).toEqual(['0 new pod', '0 start a']);
  expect(stage.lifecycle.phase).toBe('Pending');
  stage.ends('a', 0);
  expect(stage.transcript()).toEqual(['0 start b']);
  stage.ends('b', 0);
  expect(stage.transcript()).toEqual(['0 start web', '0 start side']);
  await stage.clock.turn(0);
  expect([stage.lifecycle.phase, stage.lifecycle.isReady]).toEqual(['Running', true]);
});

test('an init container that fails is tried again before anything else starts', async () => {
  const stage = new Stage({ initContainers: [one('a')], containers: [one('web')] });
  stage.lifecycle.start();
  stage.ends('a', 1);
  await stage.clock.turn(0);
  expect(stage.transcript()).toEqual(['0 new pod', '0 start a', '0 start a']);
  stage.ends('a', 0);
  expect(stage.transcript()).toEqual(['0 start web']);
});

test('a crash loop: at once, then after 0.5, 1, 2, 4, 8 and never more than 10 seconds', async () => {
  const stage = new Stage({ containers: [one('web')] });
  stage.lifecycle.start();
  for (let crash = 0; crash < 9; crash += 1) {
    stage.ends('web', 1);
    await stage.clock.turn(10_000);
  }
  const starts = stage.transcript().filter((line) => line.endsWith('start web'));
  const times = starts.map((line) => Number(line.split(' ')[0]));
  const waits = times.slice(1).map((time, index) => time - index * 10);
  expect(waits).toEqual([0, 0.5, 1, 2, 4, 8, 10, 10, 10]);
  expect(stage.status('web')).toMatchObject({ restarts: 9, lastExit: { code: 1 } });
});

test('a container that ran well is started at once again', async () => {
  const stage = new Stage({ containers: [one('web')] });
  stage.lifecycle.start();
  for (let crash = 0; crash < 4; crash += 1) {
    stage.ends('web', 1);
    await stage.clock.turn(10_000);
  }
  await stage.clock.turn(20_000);
  stage.transcript();
  stage.ends('web', 137);
  await stage.clock.turn(0);
  expect(stage.transcript()).toEqual(['60 start web']);
});

test('the other containers of a pod go on while one restarts, and the pod is not ready', async () => {
  const stage = new Stage({ containers: [one('web'), one('side')] });
  stage.lifecycle.start();
  stage.ends('web', 1);
  expect(stage.lifecycle.isReady).toBe(false);
  await stage.clock.turn(0);
  expect(stage.lifecycle.isReady).toBe(true);
  expect(stage.transcript()).toEqual(['0 new pod', '0 start web', '0 start side', '0 start web']);
});

test('readiness is looked for each second until it comes, then each period; it goes after three failures', async () => {
  const stage = new Stage({ containers: [one('web', { readiness: PROBE })] });
  stage.health.set('web', false);
  stage.lifecycle.start();
  await stage.clock.turn(4_000);
  expect(stage.lifecycle.isReady).toBe(false);
  expect(stage.status('web')?.probeMessage).toBe('web does not answer');
  stage.health.set('web', true);
  await stage.clock.turn(1_000);
  expect(stage.lifecycle.isReady).toBe(true);
  expect(stage.status('web')?.probeMessage).toBeUndefined();
  stage.health.set('web', false);
  await stage.clock.turn(29_000);
  expect(stage.lifecycle.isReady).toBe(true);
  await stage.clock.turn(1_000);
  expect(stage.lifecycle.isReady).toBe(false);
  stage.health.set('web', true);
  await stage.clock.turn(10_000);
  expect(stage.lifecycle.isReady).toBe(true);
  expect(stage.transcript()).toEqual(['0 new pod', '0 start web']);
});

test('looking early gives nothing up early: a startup probe has its declared failures and periods', async () => {
  const stage = new Stage({ containers: [one('web', { startup: { ...PROBE, initialDelayS: 5 } })] });
  stage.health.set('web', false);
  stage.lifecycle.start();
  await stage.clock.turn(24_900);
  expect(stage.transcript()).toEqual(['0 new pod', '0 start web']);
  await stage.clock.turn(100);
  expect(stage.transcript()).toEqual(['25 SIGTERM web']);
  stage.ends('web', 143);
  expect(stage.status('web')?.lastExit).toEqual({
    code: 143,
    reason: 'startup probe: web does not answer',
  });
});

test('liveness and readiness wait for the startup probe', async () => {
  const stage = new Stage({ containers: [one('web', { startup: PROBE, liveness: PROBE })] });
  stage.health.set('web', false);
  stage.lifecycle.start();
  await stage.clock.turn(19_000);
  expect(stage.lifecycle.isReady).toBe(false);
  stage.health.set('web', true);
  await stage.clock.turn(1_000);
  expect(stage.lifecycle.isReady).toBe(true);
});

test('a failed liveness probe ends the container with grace, and it starts again', async () => {
  const stage = new Stage({ containers: [one('web', { liveness: PROBE })], terminationGraceS: 5 });
  stage.lifecycle.start();
  await stage.clock.turn(5_000);
  stage.transcript();
  stage.health.set('web', false);
  await stage.clock.turn(30_000);
  expect(stage.transcript()).toEqual(['30 SIGTERM web', '35 SIGKILL web']);
  stage.ends('web', 137);
  await stage.clock.turn(0);
  expect(stage.transcript()).toEqual(['35 start web']);
});

test('a stop: SIGTERM to all, SIGKILL to who is left after the grace, and nothing starts again', async () => {
  const stage = new Stage({ containers: [one('web'), one('side')], terminationGraceS: 30 });
  stage.lifecycle.start();
  stage.transcript();
  const stopped = stage.lifecycle.stop();
  expect([stage.lifecycle.phase, stage.lifecycle.isReady]).toEqual(['Stopping', false]);
  stage.ends('side', 0);
  await stage.clock.turn(30_000);
  stage.ends('web', 137);
  await stopped;
  await stage.clock.turn(60_000);
  expect(stage.transcript()).toEqual(['0 SIGTERM web', '0 SIGTERM side', '30 SIGKILL web']);
  expect(stage.lifecycle.phase).toBe('Stopped');
});

test('a stop while a restart waits calls the restart off', async () => {
  const stage = new Stage({ containers: [one('web')] });
  stage.lifecycle.start();
  stage.ends('web', 1);
  await stage.lifecycle.stop();
  await stage.clock.turn(60_000);
  expect(stage.transcript()).toEqual(['0 new pod', '0 start web']);
});

test('held: killed at once and kept away until it is started again, as a new pod', async () => {
  const stage = new Stage({ containers: [one('web')] });
  stage.lifecycle.start();
  stage.lifecycle.hold();
  stage.ends('web', 137);
  await stage.clock.turn(600_000);
  expect(stage.lifecycle.phase).toBe('Held');
  expect(stage.transcript()).toEqual(['0 new pod', '0 start web', '0 SIGKILL web']);
  stage.lifecycle.start();
  expect(stage.transcript()).toEqual(['600 new pod', '600 start web']);
  expect(stage.lifecycle.phase).toBe('Running');
});

describe('a Job', () => {
  test('succeeds when its program does', () => {
    const stage = new Stage({ kind: 'Job', restartPolicy: 'OnFailure', containers: [one('job')] });
    stage.lifecycle.start();
    stage.ends('job', 0);
    expect(stage.lifecycle.phase).toBe('Succeeded');
  });

  test('fails after its last try', async () => {
    const stage = new Stage({
      ...{ kind: 'Job', restartPolicy: 'OnFailure', backoffLimit: 1 },
      containers: [one('job')],
    });
    stage.lifecycle.start();
    stage.ends('job', 1);
    await stage.clock.turn(0);
    stage.ends('job', 1);
    await stage.clock.turn(60_000);
    expect(stage.lifecycle.phase).toBe('Failed');
    expect(stage.transcript()).toEqual(['0 new pod', '0 start job', '0 start job']);
  });

  test('that restarts nothing gets a new pod', async () => {
    const stage = new Stage({
      ...{ kind: 'Job', restartPolicy: 'Never', backoffLimit: 1 },
      containers: [one('job')],
    });
    stage.lifecycle.start();
    stage.ends('job', 1);
    await stage.clock.turn(0);
    expect(stage.transcript()).toEqual(['0 new pod', '0 start job', '0 new pod', '0 start job']);
    stage.ends('job', 0);
    expect(stage.lifecycle.phase).toBe('Succeeded');
  });
});
