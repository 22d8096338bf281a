/**
 * The proxy's wiring: brokers, routes, metrics. What is promised to those who publish and receive through it is in
 * docs/guides/delivery.md.
 */
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../shared/http-app';
import { addOperations } from '../shared/operations';
import { LIMITS } from '../shared/queue/interface';
import { requireServiceToken } from '../shared/service-token';
import { Admission } from './admission';
import { Broker } from './brokers/broker';
import { Brokers, type Member } from './brokers/brokers';
import type { ProxySettings } from './config';
import { followService } from './membership/follow-service';
import type { Resolver } from './membership/service-names';
import { membersOfList } from './membership/static-list';
import { addStateMetrics, ProxyMetrics } from './metrics';
import { Overviews } from './overviews';
import { Publisher } from './publishing';
import { Receivers } from './receiving';
import { addOverviewRoutes } from './routes/overviews';
import { addPublishRoute, isBatch } from './routes/publish';
import { addReceiptRoutes } from './routes/receipts';
import { addReceiveRoute } from './routes/receive';
import { Settler } from './settling';

export interface ProxyAppOptions extends Pick<HttpAppOptions, 'logTo'> {
  /** Metrics of the process too; one app of a process may. */
  readonly processMetrics: boolean;
  /** Instead of the system's, for PROXY_BROKERS_DNS. */
  readonly resolver?: Resolver;
}

export async function createProxyApp(settings: ProxySettings, options: ProxyAppOptions): Promise<HttpApp> {
  const app = await createHttpApp({
    ...options,
    title: 'msg-queue-proxy',
    description: 'Several brokers behind the interface of one.',
    settings,
    bodyLimitBytes: LIMITS.bodyBytes,
  });
  // The brokers are not known before there are metrics to count their requests.
  const registry = addOperations(app, { ...options, notReadyBecause: () => brokers.notReadyBecause() });
  const metrics = new ProxyMetrics(registry);
  const brokers = new Brokers({
    makeBroker: (member) => makeBroker(member, settings, metrics, app),
    probeIntervalMs: settings.PROXY_HEALTH_INTERVAL,
    probeTimeoutMs: settings.PROXY_HEALTH_TIMEOUT,
  });
  const receivers = new Receivers({
    brokers,
    slackMs: settings.PROXY_RECEIVE_SLACK,
    settleTimeoutMs: settings.PROXY_SETTLE_TIMEOUT,
    maxReceivers: settings.PROXY_MAX_RECEIVERS,
    onGivenBack: (count) => {
      metrics.gaveBack(count);
    },
  });
  const admission = new Admission({
    requests: settings.PROXY_MAX_REQUESTS,
    bytes: settings.PROXY_BODY_MEMORY,
    bodyBytes: LIMITS.bodyBytes,
  });
  addStateMetrics(registry, { brokers, receivers, admission });
  const publisher = new Publisher({
    brokers,
    timeoutMs: settings.PROXY_PUBLISH_TIMEOUT,
    failover: settings.PROXY_FAILOVER,
    isBatch,
    onFailover: ({ ordinal }) => {
      metrics.failedOver(ordinal);
    },
  });
  await app.register(async (secured: HttpApp) => {
    requireServiceToken(secured, settings.SERVICE_TOKEN);
    addReceiveRoute(secured, receivers);
    await secured.register(async (admitted: HttpApp) => {
      admission.guard(admitted);
      addReceiptRoutes(admitted, new Settler(brokers, settings.PROXY_SETTLE_TIMEOUT));
      addOverviewRoutes(admitted, new Overviews(brokers, settings.PROXY_SETTLE_TIMEOUT), brokers);
      await admitted.register((publishing: HttpApp, _options, done) => {
        addPublishRoute(publishing, publisher);
        done();
      });
    });
  });

  const stopFollowing = await follow(settings, options, brokers, app);
  app.addHook('preClose', (done) => {
    stopFollowing();
    receivers.stopWaiting();
    done();
  });
  app.addHook('onClose', async () => {
    await receivers.close();
    await brokers.close();
  });
  return app;
}

async function follow(
  settings: ProxySettings,
  options: ProxyAppOptions,
  brokers: Brokers,
  app: HttpApp,
): Promise<() => void> {
  const { PROXY_BROKERS: list, PROXY_BROKERS_DNS: service = '' } = settings;
  if (list === undefined) {
    const intervalMs = settings.PROXY_DNS_INTERVAL;
    return followService({ service, intervalMs, brokers, log: app.log, resolver: options.resolver });
  }
  await brokers.set(membersOfList(list));
  return () => undefined;
}

function makeBroker(member: Member, settings: ProxySettings, metrics: ProxyMetrics, app: HttpApp): Broker {
  return new Broker({
    ...member,
    token: settings.SERVICE_TOKEN,
    health: {
      rise: settings.PROXY_HEALTH_RISE,
      fall: settings.PROXY_HEALTH_FALL,
      failures: settings.PROXY_HEALTH_FAILURES,
      ejectionMs: settings.PROXY_EJECTION,
      maxEjectionMs: Math.max(settings.PROXY_EJECTION, settings.PROXY_MAX_EJECTION),
    },
    connections: settings.PROXY_BROKER_CONNECTIONS,
    pollConnections: settings.PROXY_MAX_RECEIVERS,
    connectTimeoutMs: settings.PROXY_CONNECT_TIMEOUT,
    observe: (ordinal, operation, outcome, durationMs) => {
      metrics.observe(ordinal, operation, outcome, durationMs);
    },
    onStateChange: ({ ordinal, url, health }) => {
      const details = { broker: ordinal, url, state: health.state(), because: health.lastFailure };
      app.log.warn(details, 'the state of a broker changed');
    },
  });
}
