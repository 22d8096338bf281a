/**
 * The first flows through Hyperion as it runs on the loopback cluster: every numbered record that the entry
 * acknowledged is looked for at its store, also when parts of the platform are killed meanwhile.
 * Not run here, for no registry has them: the ingress controller (senders go to the entry itself), Tempo, Grafana.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ExternalConsumer } from '../../constructs/systems/hyperion-props';
import { HYPERION_DEV } from '../../stacks/environments/hyperion-dev';
import { proof } from '../tools/proof';
import { CLOCK } from './flows/clock';
import { consumerShare } from './flows/consumer-share';
import { Flow } from './flows/flow';
import { HyperionPlatform, PROCESSORS } from './flows/hyperion-platform';
import { assertNothingLost, ledgerTable, settle, type Ledger } from './flows/ledger';
import { LIMITS } from './flows/limits';
import { slowest, type Journal } from './flows/load';
import { FORBIDDEN_VALUE, NumberedTelemetry } from './flows/numbered-telemetry';
import { SIGNALS, type Signal } from './flows/otlp';
import type { StoredRecord } from './flows/stored-record';
import { LOCAL_TOOLS, startEnvironment, type RunningEnvironment } from './local/hyperion-cluster';

/** Of one flow, with the wait for what comes late. */
jest.setTimeout(10 * 60_000);

proof(LOCAL_TOOLS, 'Hyperion on the loopback cluster', () => {
  const ledgers: Ledger[] = [];
  let cluster: RunningEnvironment;
  let platform: HyperionPlatform;

  beforeAll(async () => {
    cluster = await startEnvironment('hyperion-dev');
    await cluster.whenReady({ timeoutMs: LIMITS.readyMs });
    platform = new HyperionPlatform(cluster);
  });
  afterAll(async () => {
    // Past jest's capturing: the table is what a person wants to see of a long test.
    if (ledgers.length > 0) process.stderr.write(`\n${ledgerTable(ledgers)}\n\n`);
    await cluster.stop();
  });

  const account = (balanced: readonly Ledger[]): void => {
    ledgers.push(...balanced);
    assertNothingLost(balanced);
  };

  describe('Without a fault', () => {
    let flows: Readonly<Record<Signal, Flow>>;
    let stored: Readonly<Record<Signal, readonly StoredRecord[]>>;
    let droppedBefore: number;
    const copies = new Map<string, ReturnType<typeof copiesOf>>();

    beforeAll(async () => {
      droppedBefore = await platform.disallowedPoints();
      const start = (signal: Signal): Flow =>
        new Flow(platform, { signal, run: 'calm', total: LIMITS.records });
      flows = { logs: start('logs'), metrics: start('metrics'), traces: start('traces') };
      await Promise.all(SIGNALS.map((signal) => flows[signal].done()));
      // Each takes a JVM some seconds; they are awaited in tests of their own, and may fail before that.
      for (const consumer of HYPERION_DEV.consumers) {
        const reading = copiesOf(consumer, flows[consumer.signal]);
        reading.catch(() => undefined);
        copies.set(consumer.name, reading);
      }
    });

    it('every record is found at its store, and no metric that is not allowed', async () => {
      const settled = await Promise.all(
        SIGNALS.map((signal) => flows[signal].settled(`${signal}, no fault`)),
      );
      const [logs, metrics, traces] = settled.map((one) => one.stored);
      stored = { logs: logs ?? [], metrics: metrics ?? [], traces: traces ?? [] };
      account(settled.map(({ ledger }) => ledger));
      for (const { sent, acknowledged } of settled.map(({ ledger }) => ledger))
        expect({ sent, acknowledged }).toEqual({ sent: LIMITS.records, acknowledged: LIMITS.records });
    });

    it('half of the records came over gRPC, half over HTTP', () => {
      for (const signal of SIGNALS) {
        const taken = flows[signal].journal.attempts.filter(({ outcome }) => outcome.acknowledged);
        for (const protocol of ['grpc', 'http']) {
          const numbers = taken.filter((one) => one.protocol === protocol).flatMap((one) => one.numbers);
          expect({ signal, protocol, records: numbers.length }).toEqual({
            signal,
            protocol,
            records: LIMITS.records / 2,
          });
        }
        expect(taken.filter(({ outcome }) => outcome.partialSuccess !== undefined)).toEqual([]);
      }
    });

    it('what is not allowed is counted at the entry', async () => {
      const { attempts } = flows.metrics.journal;
      const disallowed = (wanted: (attempt: (typeof attempts)[number]) => boolean): number =>
        attempts
          .filter(wanted)
          .flatMap(({ numbers }) => numbers)
          .filter((number) => flows.metrics.telemetry.isDisallowed(number)).length;
      const counted = (await platform.disallowedPoints()) - droppedBefore;
      // A request without an answer may have been counted or not; most often there is none.
      expect(counted).toBeGreaterThanOrEqual(disallowed(({ outcome }) => outcome.acknowledged));
      expect(counted).toBeLessThanOrEqual(disallowed(() => true));
    });

    it.each(SIGNALS)('%s: what is to be redacted is gone from the store, or masked', (signal) => {
      const contents = stored[signal].map(({ content }) => content);
      expect(contents.filter((content) => content.includes(FORBIDDEN_VALUE))).toEqual([]);
      expect(contents.filter((content) => /http.request.header/.test(content))).toEqual([]);
      expect(contents.filter((content) => !content.includes('****'))).toEqual([]);
    });

    it.each(HYPERION_DEV.consumers)(
      'consumer $name has exactly its share, and redacted',
      async (consumer) => {
        const { ledger, contents } = (await copies.get(consumer.name)) ?? { ledger: undefined, contents: [] };
        expect(ledger?.due).toBeGreaterThan(LIMITS.records / 200);
        account(ledger === undefined ? [] : [ledger]);
        const gone = [FORBIDDEN_VALUE, ...consumer.redact.delete];
        expect(contents.filter((content) => gone.some((text) => content.includes(text)))).toEqual([]);
      },
    );

    it.each([undefined, 'not-a-tenant'])('a sender with the token %s is refused', async (token) => {
      const telemetry = new NumberedTelemetry({ run: 'nobody', seed: 1, startMs: CLOCK.nowMs() });
      const [grpc, http] = [platform.grpc(token), platform.http(token)];
      for (const signal of SIGNALS) {
        const request = telemetry.request(signal, [1]);
        expect(await http.send(signal, request)).toMatchObject({ status: '401', retryable: false });
        expect(await grpc.send(signal, request)).toMatchObject({
          status: 'UNAUTHENTICATED',
          retryable: false,
        });
      }
      grpc.close();
    });
  });

  describe('All processors are killed, and away for 30 s', () => {
    it('every acknowledged record comes back from Kafka and the disk queues', async () => {
      const flows = SIGNALS.map((signal) => new Flow(platform, { signal, run: 'processors-killed' }));
      await CLOCK.sleep(LIMITS.calmMs);
      await platform.takeAway(PROCESSORS, async () => {
        const before = flows.map(({ acknowledged }) => acknowledged);
        await CLOCK.sleep(LIMITS.awayMs);
        // Kafka takes them meanwhile.
        for (const [i, { signal, acknowledged }] of flows.entries())
          expect({ signal, taken: acknowledged - (before[i] ?? 0) > LIMITS.perSecond }).toEqual({
            signal,
            taken: true,
          });
      });
      await CLOCK.sleep(LIMITS.calmMs);
      const journals = await Promise.all(flows.map((flow) => flow.stop()));
      const settled = await Promise.all(
        flows.map((flow) => flow.settled(`${flow.signal}, processor killed`)),
      );
      account(settled.map(({ ledger }) => ledger));
      expectNoLonger(journals, LIMITS.oneWayOpenMs);
    });
  });

  // The one is behind the logs processor and the other beside the entry: neither sees the other.
  describe('Kafka and Loki are killed, each for itself', () => {
    let withoutKafka: Promise<void>;
    let withoutLoki: Promise<void>;

    beforeAll(() => {
      withoutKafka = kafkaKilled();
      withoutLoki = lokiKilled();
      // Each is awaited in its own test, and may fail before that.
      withoutKafka.catch(() => undefined);
      withoutLoki.catch(() => undefined);
    });

    it('Kafka away while processors are up: nothing is lost, and nothing waits', () => withoutKafka);
    it('Loki away for 30 s: the disk queue holds, and nothing is lost', () => withoutLoki);
  });

  describe('Kafka and all processors are killed', () => {
    it('senders are told to send again, and everything arrives after the return', async () => {
      const flows = SIGNALS.map((signal) => new Flow(platform, { signal, run: 'both-killed' }));
      await CLOCK.sleep(LIMITS.calmMs);
      let [goneAtMs, backAtMs] = [0, 0];
      await platform.takeAway([...PROCESSORS, 'kafka'], async () => {
        goneAtMs = CLOCK.nowMs();
        await CLOCK.sleep(LIMITS.bothAwayMs);
        backAtMs = CLOCK.nowMs();
      });
      await CLOCK.sleep(LIMITS.calmMs);
      const journals = await Promise.all(flows.map((flow) => flow.stop()));
      const settled = await Promise.all(
        flows.map((flow) => flow.settled(`${flow.signal}, Kafka and processor killed`)),
      );
      account(settled.map(({ ledger }) => ledger));
      for (const { ledger } of settled)
        expect(ledger).toMatchObject({ refused: 0, acknowledged: ledger.sent });
      for (const { signal, attempts } of journals) {
        const meanwhile = attempts
          .filter(({ startedAtMs, tookMs }) => startedAtMs > goneAtMs && startedAtMs + tookMs < backAtMs)
          .map(({ outcome }) => outcome);
        expect(meanwhile.filter(({ acknowledged }) => acknowledged)).toEqual([]);
        expect(meanwhile.filter(({ retryable }) => !retryable)).toEqual([]);
        const statuses = new Set(meanwhile.map(({ status }) => status));
        expect({ signal, http: statuses.has('503'), grpc: statuses.has('UNAVAILABLE') }).toEqual({
          signal,
          http: true,
          grpc: true,
        });
      }
      expectNoLonger(journals, LIMITS.requestTimeoutMs + LIMITS.slackMs);
    });
  });

  /** Read until the consumer's whole share is there, or the time is over. */
  async function copiesOf(
    consumer: ExternalConsumer,
    { telemetry, journal }: Flow,
  ): Promise<{ readonly ledger: Ledger; readonly contents: readonly string[] }> {
    const { sent, acknowledged, refused } = journal;
    const share = new Set(consumerShare(consumer, telemetry, [...acknowledged], hashSeedOf(consumer.name)));
    const deadlineMs = CLOCK.nowMs() + LIMITS.settleMs;
    for (;;) {
      const found = await platform.copiesFor(consumer, telemetry.run);
      const ledger = settle({
        title: `${consumer.signal} for ${consumer.name}`,
        ...{ sent, acknowledged, refused },
        due: (number) => share.has(number),
        stored: found.map(({ number }) => number),
        deadLettered: [],
      });
      if (ledger.missing.length === 0 || CLOCK.nowMs() > deadlineMs)
        return { ledger, contents: found.map(({ content }) => content) };
    }
  }

  async function kafkaKilled(): Promise<void> {
    const flows = SIGNALS.map((signal) => new Flow(platform, { signal, run: 'kafka-killed' }));
    await CLOCK.sleep(LIMITS.calmMs);
    await platform.takeAway(['kafka'], async () => {
      const before = flows.map(({ acknowledged }) => acknowledged);
      await CLOCK.sleep(LIMITS.awayMs);
      for (const [i, { signal, acknowledged }] of flows.entries())
        expect({ signal, taken: acknowledged - (before[i] ?? 0) > LIMITS.perSecond }).toEqual({
          signal,
          taken: true,
        });
    });
    const journals = await Promise.all(flows.map((flow) => flow.stop()));
    const settled = await Promise.all(flows.map((flow) => flow.settled(`${flow.signal}, Kafka killed`)));
    account(settled.map(({ ledger }) => ledger));
    expectNoLonger(journals, LIMITS.oneWayOpenMs);
  }

  async function lokiKilled(): Promise<void> {
    const flow = new Flow(platform, { signal: 'logs', run: 'loki-killed' });
    await CLOCK.sleep(LIMITS.calmMs);
    await platform.takeAway(['loki'], async () => {
      const before = flow.acknowledged;
      await CLOCK.sleep(LIMITS.awayMs);
      expect(flow.acknowledged - before).toBeGreaterThan(LIMITS.perSecond);
    });
    const journal = await flow.stop();
    const { ledger } = await flow.settled('logs, Loki killed');
    account([ledger]);
    expectNoLonger([journal], LIMITS.oneWayOpenMs);
  }
});

function expectNoLonger(journals: readonly Journal[], limitMs: number): void {
  const longest = slowest(journals);
  expect(longest?.tookMs).toBeLessThanOrEqual(limitMs);
}

const EGRESS = readFileSync(join(__dirname, '../golden/hyperion-dev/config/otel-egress/config.yaml'), 'utf8');

/** Of the consumer's sampler, as it is rendered; without a sampler it does not matter. */
function hashSeedOf(consumer: string): number {
  const { processors } = parse(EGRESS) as {
    readonly processors: Readonly<Record<string, { readonly hash_seed?: number }>>;
  };
  return processors[`probabilistic_sampler/${consumer}`]?.hash_seed ?? 0;
}
