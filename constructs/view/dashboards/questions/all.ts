/** Every question, in the order in which somebody on call asks them. A new one is a file and a line here. */
import type { Question } from '../question';
import { alerting } from './alerting';
import { collectors } from './collectors';
import { endToEndLatency } from './end-to-end-latency';
import { frontDoor } from './front-door';
import { gpuFleet } from './gpu-fleet';
import { hubOverview } from './hub-overview';
import { nodesWorkloads } from './nodes-workloads';
import { objectives } from './objectives';
import { servicesAnswering } from './services-answering';
import { storeCeph } from './store-ceph';
import { storeClickHouse } from './store-clickhouse';
import { storeElasticsearch } from './store-elasticsearch';
import { storeInfluxdb } from './store-influxdb';
import { storeKafka } from './store-kafka';
import { storeLoki } from './store-loki';
import { storePrometheus } from './store-prometheus';
import { storeTempo } from './store-tempo';
import { storeVictoriaMetrics } from './store-victoria-metrics';
import { storesFilling } from './stores-filling';
import { telemetryArriving } from './telemetry-arriving';
import { telemetryDropped } from './telemetry-dropped';
import { telemetrySenders } from './telemetry-senders';
import { telemetryStuck } from './telemetry-stuck';

export const QUESTIONS: readonly Question[] = [
  hubOverview,
  telemetryArriving,
  telemetryStuck,
  telemetryDropped,
  telemetrySenders,
  endToEndLatency,
  objectives,
  storesFilling,
  storeLoki,
  storeTempo,
  storeVictoriaMetrics,
  storePrometheus,
  storeClickHouse,
  storeInfluxdb,
  storeElasticsearch,
  storeKafka,
  storeCeph,
  collectors,
  servicesAnswering,
  frontDoor,
  gpuFleet,
  nodesWorkloads,
  alerting,
];
