/** Synthesis: manifests of whole environments against Helm, against itself, and in absolute figures. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../test/tools/obtain';
import { prepareCharts, type Release } from './charts';
import { measured, peakMiB, ratioRow, rawOf } from './compare';
import { alternate, ratioOf, repeat, summarise } from './measure';
import { runProgram } from './program';
import type { Row } from './row';
import {
  helmSide,
  hyperion,
  manySide,
  synthSide,
  typeCheckedSide,
  wallTime,
  wallTimePerObject,
} from './synth-sides';

const ENVIRONMENT = 'hyperion-prod';
const ROUNDS = 7;
/** For what takes a quarter of a minute a round. */
const SLOW_ROUNDS = 5;
/** Environments of the stand-in for 1,000 spokes. */
const FEW = 10;
const MANY = 200;

/** Yields each row as soon as it is measured. */
export async function* synthRows(): AsyncGenerator<Row> {
  const scratch = mkdtempSync(join(tmpdir(), 'hyperion-bench-'));
  try {
    // Compiles when a source changed, so that no round has to.
    runProgram(hyperion(['envs'], scratch));
    yield* againstHelm(scratch);
    yield await allEnvironments(scratch);
    yield* manyEnvironments(scratch);
    yield await precompiled(scratch);
    yield* absolute(scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function* againstHelm(scratch: string): AsyncGenerator<Row> {
  const all = {
    id: 'synth-helm',
    title: `\`hyperion synth ${ENVIRONMENT}\` ÷ \`helm template\` of charts for the same components`,
  };
  const largest = {
    id: 'synth-helm-loki',
    title: `\`hyperion synth ${ENVIRONMENT}\` ÷ \`helm template\` of the Loki chart alone`,
  };
  const charts = join(scratch, 'charts');
  mkdirSync(charts);
  const releases = prepareCharts(process.env.HYPERION_BENCH_CHARTS, charts);
  if (typeof releases === 'string') {
    for (const head of [all, largest]) yield { kind: 'not run', ...head, reason: releases };
    return;
  }
  const helm = await tool('helm');
  const common = {
    of: 'wall time per object',
    goal: { atMost: 0.5 },
    rounds: ROUNDS,
    a: synthSide(scratch, [ENVIRONMENT], wallTimePerObject),
  };
  yield await ratioRow({
    ...all,
    ...common,
    b: helmSide(helm, releases, scratch),
    note: `per object, for the environment holds more than these charts; one Helm process a release, one after the other: ${versions(releases)}; a chart's default values where it takes them.`,
  });
  const loki = releases.filter(({ chart }) => chart === 'loki');
  yield await ratioRow({
    ...largest,
    ...common,
    b: helmSide(helm, loki, scratch),
    note: 'the chart with the most objects in one process, where the start of Helm counts least.',
  });
}

function versions(releases: readonly Release[]): string {
  return releases.map(({ chart, version }) => `${chart} ${version}`).join(', ');
}

function allEnvironments(scratch: string): Promise<Row> {
  return ratioRow({
    id: 'synth-all',
    title: `\`hyperion synth\` of all environments ÷ of ${ENVIRONMENT}`,
    of: 'wall time',
    goal: { atMost: 2 },
    rounds: ROUNDS,
    a: synthSide(scratch, [], wallTime),
    b: synthSide(scratch, [ENVIRONMENT], wallTime),
  });
}

async function* manyEnvironments(scratch: string): AsyncGenerator<Row> {
  const many = manySide(MANY, scratch);
  const few = manySide(FEW, scratch);
  const samples = await alternate(SLOW_ROUNDS, many.run, few.run);
  const raw = { many: rawOf(many, samples.a), few: rawOf(few, samples.b) };
  const each = Math.round((raw.many.objects ?? 0) / MANY);
  const common = { rounds: SLOW_ROUNDS, raw };
  yield measured({
    ...common,
    id: 'synth-many-time',
    title: `${MANY} environments ÷ ${FEW} environments, one process`,
    unit: 'ratio',
    of: 'processor time per environment',
    figure: ratioOf(samples, ({ comparedMs }) => comparedMs),
    goal: { atMost: 1.1 },
    note:
      `stands in for 1,000 spokes until the hub-and-spoke system exists: ${MANY} variants of hyperion-dev with ${each} ` +
      'objects each, all texts kept in memory, nothing written; fifty more run before the clock starts.',
  });
  yield measured({
    ...common,
    id: 'synth-many-memory',
    title: `${MANY} environments in one process`,
    unit: 'MiB',
    of: 'peak resident memory',
    figure: summarise(samples.a.map(peakMiB)),
    goal: { atMost: 1024 },
    note: `as many objects as 1,000 spokes of ${Math.round((each * MANY) / 1000)} would have; 1,000 times hyperion-dev is not claimed.`,
  });
}

function precompiled(scratch: string): Promise<Row> {
  return ratioRow({
    id: 'synth-precompiled',
    title: `\`hyperion synth ${ENVIRONMENT}\` compiled ÷ by ts-node with type checking`,
    of: 'wall time',
    goal: { atMost: 0.15 },
    rounds: SLOW_ROUNDS,
    a: synthSide(scratch, [ENVIRONMENT], wallTime),
    b: typeCheckedSide(scratch, ENVIRONMENT),
  });
}

async function* absolute(scratch: string): AsyncGenerator<Row> {
  const side = synthSide(scratch, [ENVIRONMENT], wallTime);
  const samples = await repeat(ROUNDS, side.run);
  const common = {
    title: `\`hyperion synth ${ENVIRONMENT}\` in a new process, warm file cache`,
    rounds: ROUNDS,
    raw: { synth: rawOf(side, samples) },
  };
  yield measured({
    ...common,
    id: 'synth-wall',
    unit: 's',
    of: 'wall time',
    figure: summarise(samples.map(({ wallMs }) => wallMs / 1000)),
    goal: { atMost: 0.8 },
    note: 'absolute, so it grows with whatever else the machine does: read it with the load average and the processor time.',
  });
  yield measured({
    ...common,
    id: 'synth-memory',
    unit: 'MiB',
    of: 'peak resident memory',
    figure: summarise(samples.map(peakMiB)),
    goal: { atMost: 200 },
  });
}
