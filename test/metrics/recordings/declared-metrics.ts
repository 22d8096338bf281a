/**
 * Our own services' metrics with labels, as their code declares them: such a counter shows nothing before its first event,
 * and some events (a file that is cut off) only tests of their own can make.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric, MetricType } from '../inventory';

const APPS = join(__dirname, '..', '..', '..', 'apps');
const DECLARATION = /new (Counter|Gauge|Histogram)\(\{\s*name: '(\w+)',[^}]*?labelNames: \[([^\]]*)\]/g;

export function declaredMetrics(): Readonly<Record<string, Metric>> {
  const texts = readdirSync(APPS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(APPS, file), 'utf8'));
  return Object.fromEntries(
    texts.flatMap((text) =>
      [...text.matchAll(DECLARATION)].map(([, type = '', name = '', labels = '']): [string, Metric] => [
        name,
        {
          type: type.toLowerCase() as MetricType,
          labels: [...labels.matchAll(/'(\w+)'/g)].map(([, label = '']) => label),
        },
      ]),
    ),
  );
}
