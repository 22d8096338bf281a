/** Apache Kafka, broker and command-line tools. */
import { CATALOG } from '../../constructs/core/catalog';
import { mavenJars } from './maven-jars';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = CATALOG.kafka.version;
/** What Kafka's own distribution puts beside it, so that the logging configuration is read by the same program. */
const LOG4J_VERSION = '2.25.4';

/** The names that the programs have in the container image. */
const PROGRAMS = {
  'kafka-acls.sh': 'org.apache.kafka.tools.AclCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-console-producer.sh': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-server-start.sh': 'kafka.Kafka',
  'kafka-storage.sh': 'kafka.tools.StorageTool',
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
} as const;

export const kafka = {
  name: 'kafka',
  version: VERSION,
  purpose: 'runs Kafka’s configuration, topics and access rules',
  requires: [needs.maven('3.6')],
  // The compiler, too: its own classes judge the configuration (test/proof/validators/kafka).
  runsWith: [needs.jdk('17')],
  recipe: mavenJars({
    dependencies: [
      ['org.apache.kafka', 'kafka_2.13', VERSION],
      ['org.apache.kafka', 'kafka-tools', VERSION],
      ['org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION],
    ],
    programs: PROGRAMS,
  }),
  outputs: [...Object.keys(PROGRAMS).map((name) => `bin/${name}`), `libs/kafka-clients-${VERSION}.jar`],
  main: '.',
  checks: [{ run: ['bin/kafka-topics.sh', '--version'], prints: VERSION }],
} as const satisfies Tool;
