/**
 * The partition and its log under a simulated machine: random operations, clock jumps, crashes at any disk operation,
 * short writes, EIO, ENOSPC. What has to hold is written in `world.ts`. The seed is fixed: a failure comes back, and
 * fast-check prints the shortest way to it. More runs: SIMULATION_RUNS=20000 SIMULATION_SEED=7.
 */
import fc from 'fast-check';

import type { Fault } from '../storage/simulated-disk';
import { World, type Durability } from './world';

type Step = (world: World) => void | Promise<void>;

const named = (name: string, step: Step): Step => Object.assign(step, { toString: () => name });

const small = fc.nat({ max: 20 });

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 8, max: 300 }))
      .map(([count, length]) =>
        named(`publish(${count}, ${length})`, (world) => {
          world.publish(count, length);
        }),
      ),
  },
  {
    weight: 8,
    arbitrary: small.map((n) =>
      named(`receive(${n})`, (world) => {
        world.receive(n + 1);
      }),
    ),
  },
  {
    weight: 10,
    arbitrary: small.map((n) =>
      named(`acknowledge(${n})`, (world) => {
        world.acknowledge(n);
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(small, fc.boolean()).map(([n, dead]) =>
      named(`reject(${n}, ${String(dead)})`, (world) => {
        world.reject(n, dead);
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: small.map((n) =>
      named(`extend(${n})`, (world) => {
        world.extend(n);
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constant(
      named('tick', (world) => {
        world.tick();
      }),
    ),
  },
  { weight: 6, arbitrary: fc.constant(named('calm', (world) => world.calm())) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat({ max: 1500 }), fc.integer({ min: -100_000, max: 100_000 }))
      .map(([steady, wall]) =>
        named(`time(${steady}, ${wall})`, (world) => {
          world.steadyMs += steady;
          world.wallMs += wall;
        }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.nat({ max: 8 }),
        fc.constantFrom<Fault[]>('short', 'short', 'ENOSPC', 'EIO', 'crash', 'crash'),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(([at, fault, part]) =>
        named(`fail(${at}, ${fault}, ${part})`, (world) => {
          world.disk.failAt(at, fault, part);
        }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((part) => named(`restart(${part})`, (world) => world.restart(part))),
  },
  { weight: 1, arbitrary: fc.constant(named('stopAndStart', (world) => world.stopAndStart())) },
);

const numRuns = Number(process.env.SIMULATION_RUNS ?? 300);
const seed = Number(process.env.SIMULATION_SEED ?? 20250925);

test.each<Durability>(['memory', 'flush', 'fsync'])(
  'a partition keeps its promises under %s, whatever happens',
  async (durability) => {
    let crashes = 0;
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 80, size: 'max' }), async (run) => {
        const world = await World.create(durability);
        for (const step of run) {
          await step(world);
          if (world.disk.crashed) await world.calm();
        }
        await world.drain();
        crashes += world.crashes;
        lost += world.lost;
      }),
      { numRuns, seed },
    );
    // The simulation is worth something only if it crashes; and what memory mode may lose, it does lose.
    expect(crashes).toBeGreaterThan(numRuns / 4);
    if (durability === 'memory') expect(lost).toBeGreaterThan(0);
    else expect(lost).toBe(0);
  },
  600_000,
);
