/**
 * The running programs still expose what is recorded of them in `test/metrics`, as far as alerts and dashboards ask for it:
 * everything of `telemetry-dev`, Alertmanagers that know each other, a collector in bad states, HAProxy. The other lists are
 * made anew by hand (`test/metrics/record.ts`), which takes a quarter of an hour.
 */
import { inventoriesOf } from '../metrics/inventories-of';
import { inventoryOf, seriesOf, type Inventory } from '../metrics/inventory';
import { alertmanagerRecording } from '../metrics/recordings/alertmanager';
import { collectorRecording } from '../metrics/recordings/collector';
import { haproxyRecording } from '../metrics/recordings/haproxy';
import type { Recorded } from '../metrics/recordings/recording';
import { telemetryRecording } from '../metrics/recordings/telemetry';
import { usedOf } from '../metrics/used-metrics';
import { proof } from '../tools/proof';

const LIMIT_MS = 6 * 60_000;
jest.setTimeout(LIMIT_MS);
/** Of the collector only a part is recorded here: what all of Hyperion shows takes four minutes. */
const OF_BAD_STATES =
  /^otelcol_(exporter_(enqueue|send)_failed|processor_tail_sampling|processor_memory_limiter_refused)/;

proof(
  [
    'sandbox',
    'telemetry-services',
    'influxdb',
    'prometheus',
    'alertmanager',
    'postgresql',
    'haproxy',
    'otelcol',
  ],
  'the recorded lists of metrics',
  () => {
    let again: readonly Inventory[];
    beforeAll(async () => {
      const recorded: Recorded[] = [];
      for (const { record } of [
        telemetryRecording,
        alertmanagerRecording,
        haproxyRecording,
        collectorRecording,
      ]) {
        recorded.push(...(await record()));
      }
      again = inventoriesOf(recorded);
    }, LIMIT_MS);

    test.each(['telemetry-services', 'influxdb', 'prometheus', 'alertmanager', 'haproxy', 'otel-collector'])(
      '%s exposes what is asked of it',
      (program) => {
        const list = inventoryOf(program);
        const now = again.find((inventory) => inventory.program === program);
        expect(now?.version).toBe(list?.version);
        const used = list === undefined ? [] : [...usedOf(list)];
        const asked = used.filter(([series]) => program !== 'otel-collector' || OF_BAD_STATES.test(series));
        expect(asked.length).toBeGreaterThan(0);
        const exposed = seriesOf(now ?? { metrics: {} });
        const missing = asked.flatMap(([series, labels]) => {
          const found = exposed.get(series);
          return found === undefined
            ? [series]
            : labels.filter((label) => !found.has(label)).map((label) => `${series}{${label}}`);
        });
        expect(missing).toEqual([]);
      },
    );
  },
);
