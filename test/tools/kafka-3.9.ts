/** The last Kafka that runs with ZooKeeper, for the legacy profile. */
import { mavenJars } from './maven-jars';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.9.2';

const PROGRAMS = {
  'kafka-acls.sh': 'kafka.admin.AclCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-server-start.sh': 'kafka.Kafka',
  'kafka-storage.sh': 'kafka.tools.StorageTool',
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
} as const;

export const kafka39 = {
  name: 'kafka-3.9',
  version: VERSION,
  purpose: 'runs Kafka’s legacy configuration, with ZooKeeper',
  requires: [needs.maven('3.6')],
  runsWith: [needs.java('11')],
  recipe: mavenJars({
    dependencies: [
      ['org.apache.kafka', 'kafka_2.13', VERSION],
      ['org.apache.kafka', 'kafka-tools', VERSION],
      // Its own distribution's logging.
      ['org.slf4j', 'slf4j-reload4j', '1.7.36'],
    ],
    programs: PROGRAMS,
  }),
  outputs: [...Object.keys(PROGRAMS).map((name) => `bin/${name}`), `libs/kafka-clients-${VERSION}.jar`],
  main: '.',
  checks: [{ run: ['bin/kafka-topics.sh', '--version'], prints: VERSION }],
} as const satisfies Tool;
