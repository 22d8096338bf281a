/** Apache ZooKeeper, beside the legacy Kafka. */
import { mavenJars } from './maven-jars';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.9.5';

const PROGRAMS = {
  'zookeeper-server-start.sh': 'org.apache.zookeeper.server.quorum.QuorumPeerMain',
  'zookeeper-shell.sh': 'org.apache.zookeeper.ZooKeeperMain',
  'zookeeper-version.sh': 'org.apache.zookeeper.version.VersionInfoMain',
} as const;

export const zookeeper = {
  name: 'zookeeper',
  version: VERSION,
  purpose: 'keeps the legacy Kafka’s metadata',
  requires: [needs.maven('3.6')],
  runsWith: [needs.java('11')],
  recipe: mavenJars({
    dependencies: [
      ['org.apache.zookeeper', 'zookeeper', VERSION],
      // What its metrics and its command line need, which it declares as provided.
      ['io.dropwizard.metrics', 'metrics-core', '4.1.12.1'],
      ['org.xerial.snappy', 'snappy-java', '1.1.10.7'],
      ['commons-cli', 'commons-cli', '1.5.0'],
      // Its distribution's provider of metrics (the newest that Maven Central has here), and its logging.
      ['org.apache.zookeeper', 'zookeeper-prometheus-metrics', '3.9.4'],
      ['org.eclipse.jetty', 'jetty-server', '9.4.57.v20241219'],
      ['org.eclipse.jetty', 'jetty-servlet', '9.4.57.v20241219'],
      ['ch.qos.logback', 'logback-classic', '1.3.15'],
    ],
    programs: PROGRAMS,
  }),
  outputs: [...Object.keys(PROGRAMS).map((name) => `bin/${name}`), `libs/zookeeper-${VERSION}.jar`],
  main: '.',
  checks: [{ run: ['bin/zookeeper-version.sh'], prints: VERSION }],
} as const satisfies Tool;
