/** Reads what a service answers at /metrics (the Prometheus text format), as far as prom-client writes it. Pure. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type Labels = Readonly<Record<string, string>>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

export function parseMetrics(text: string): readonly MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    return name === undefined || value === undefined
      ? []
      : [{ name, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) }];
  });
}

/** Over all series that have these labels; 0 when there are none. */
export function sumOf(samples: readonly MetricSample[], name: string, labels: Labels = {}): number {
  const wanted = Object.entries(labels);
  let sum = 0;
  for (const sample of samples) {
    if (sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value)) {
      sum += sample.value;
    }
  }
  return sum;
}

function parseLabels(text: string): Labels {
  return Object.fromEntries(
    [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, unescaped)]),
  );
}

function unescaped(_all: string, character: string): string {
  return character === 'n' ? '\n' : character;
}
