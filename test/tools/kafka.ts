/** Apache Kafka, broker and command-line tools, from the jars that the project publishes. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, type Requirement } from './requirement';
import type { Recipe, Tool } from './tool';

const VERSION = '4.3.1';
/** What Kafka's own distribution puts beside it, so that the logging configuration is read by the same program. */
const LOG4J_VERSION = '2.25.4';
const MAVEN_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

const DEPENDENCIES = [
  ['org.apache.kafka', 'kafka_2.13', VERSION],
  ['org.apache.kafka', 'kafka-tools', VERSION],
  ['org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION],
] as const;

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

const MAVEN: Requirement = {
  label: 'Maven',
  probe: ['mvn', '--version'],
  versionPattern: /Apache Maven (\d+(?:\.\d+)*)/,
  atLeast: '3.6',
};

export const kafka = {
  name: 'kafka',
  version: VERSION,
  purpose: 'runs Kafka’s configuration, topics and access rules',
  requires: [needs.java('17'), MAVEN],
  recipe: mavenJars(),
  outputs: [...Object.keys(PROGRAMS).map((name) => `bin/${name}`), `libs/kafka-clients-${VERSION}.jar`],
  main: '.',
  checks: [{ run: ['bin/kafka-topics.sh', '--version'], prints: VERSION }],
} as const satisfies Tool;

function mavenJars(): Recipe {
  return {
    kind: 'Maven artefacts with start scripts',
    revision: 1,
    inputs: { dependencies: DEPENDENCIES, plugin: MAVEN_PLUGIN, programs: PROGRAMS },
    run: async (build) => {
      writeFileSync(join(build.workDir, 'pom.xml'), projectFile());
      await build.run({
        program: 'mvn',
        args: [
          '--batch-mode',
          '--no-transfer-progress',
          `${MAVEN_PLUGIN}:copy-dependencies`,
          '-DincludeScope=runtime',
          `-DoutputDirectory=${join(build.outDir, 'libs')}`,
        ],
        cwd: build.workDir,
        attempts: 3,
      });
      mkdirSync(join(build.outDir, 'bin'));
      for (const [name, mainClass] of Object.entries(PROGRAMS)) {
        const file = join(build.outDir, 'bin', name);
        writeFileSync(file, startScript(mainClass));
        chmodSync(file, 0o755);
      }
    },
  };
}

function projectFile(): string {
  const dependencies = DEPENDENCIES.map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return (
    '<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>kafka-jars</artifactId>' +
    `<version>1</version><dependencies>${dependencies.join('')}</dependencies></project>\n`
  );
}

/** As in the image, `KAFKA_HEAP_OPTS` and `KAFKA_LOG4J_OPTS` are passed on. The first compiler alone: short runs. */
function startScript(mainClass: string): string {
  return [
    '#!/bin/bash',
    'exec java -XX:TieredStopAtLevel=1 ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_LOG4J_OPTS:-} \\',
    `  -cp "$(dirname "$(readlink -f "$0")")/../libs/*" ${mainClass} "$@"`,
    '',
  ].join('\n');
}
