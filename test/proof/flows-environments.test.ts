/**
 * The other environments of the system `hyperion` on the loopback cluster, with at most one pod of each workload (three
 * of Kafka, which needs a majority): logs and metrics are found at their stores by number.
 * Not run: spans, for a replicated ClickHouse needs Keeper and Tempo is in no registry; vminsert and vmselect have
 * stand-ins that use one storage node; the faults, which `flows.test.ts` tries on `hyperion-dev`.
 */
import { ENVIRONMENTS } from '../../stacks/environments';
import { ENVIRONMENT_NAMES } from '../environments';
import { proof } from '../tools/proof';
import { Flow } from './flows/flow';
import { HyperionPlatform } from './flows/hyperion-platform';
import { assertNothingLost, ledgerTable } from './flows/ledger';
import { LOCAL_TOOLS, startEnvironment } from './local/hyperion-cluster';

const OTHERS = ENVIRONMENT_NAMES.filter(
  (name) => ENVIRONMENTS[name]?.system === 'hyperion' && name !== 'hyperion-dev',
);
const RECORDS = 2_000;
/** Of what waits for ClickHouse Keeper; with these the environment never becomes ready as a whole. */
const WAITS_FOR_KEEPER = 'clickhouse';
const READY_MS = 4 * 60_000;
jest.setTimeout(10 * 60_000);

proof(LOCAL_TOOLS, 'On the loopback cluster', () => {
  it.each(OTHERS)('%s: logs and metrics [not run: spans]', async (name) => {
    const environment = await startEnvironment(name, {
      atMost: 1,
      scale: new Map([
        ['kafka', 3],
        ['clickhouse', 0],
      ]),
    });
    try {
      const { pods, services } = environment.plan;
      const workloads = pods
        .map(({ workload }) => workload)
        .filter((each) => !each.startsWith(WAITS_FOR_KEEPER));
      await environment.whenReady({ workloads, timeoutMs: READY_MS });
      const frontend = services.find(({ name: service }) => service === 'loki-query-frontend');
      const platform = new HyperionPlatform(environment, frontend?.name);
      const flows = (['logs', 'metrics'] as const).map(
        (signal) => new Flow(platform, { signal, run: 'calm', total: RECORDS }),
      );
      await Promise.all(flows.map((flow) => flow.done()));
      const settled = await Promise.all(flows.map((flow) => flow.settled(`${name}: ${flow.signal}`)));
      const ledgers = settled.map(({ ledger }) => ledger);
      process.stderr.write(`\n${ledgerTable(ledgers)}\n\n`);
      assertNothingLost(ledgers);
      for (const { sent, acknowledged } of ledgers)
        expect({ sent, acknowledged }).toEqual({ sent: RECORDS, acknowledged: RECORDS });
    } finally {
      await environment.stop();
    }
  });
});
