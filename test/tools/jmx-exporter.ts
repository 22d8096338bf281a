/** The JMX exporter's Java agent, the last version that its makers put on Maven Central. */
import { mavenJars } from './maven-jars';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '1.0.1';
const JAR = `libs/jmx_prometheus_javaagent-${VERSION}.jar`;

export const jmxExporter = {
  name: 'jmx-exporter',
  version: VERSION,
  purpose: 'reads the figures of a real Kafka and ZooKeeper by our rules; stands in for 1.5.0',
  requires: [needs.maven('3.6')],
  runsWith: [needs.java('11')],
  recipe: mavenJars({
    dependencies: [['io.prometheus.jmx', 'jmx_prometheus_javaagent', VERSION]],
    programs: { 'jmx-exporter.sh': 'io.prometheus.jmx.JavaAgent' },
  }),
  outputs: [JAR],
  main: JAR,
  checks: [{ file: JAR, holds: 'META-INF/MANIFEST.MF' }],
} as const satisfies Tool;
