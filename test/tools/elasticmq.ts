/** ElasticMQ, which speaks Amazon's SQS: a peer of the telemetry stack's broker. */
import { mavenJars } from './maven-jars';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '1.6.12';

/** Its own main class does not tell its version. */
const MAIN = `public class ElasticMq {
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("--version")) {
            System.out.println("elasticmq " + org.elasticmq.server.Main.class.getPackage().getImplementationVersion());
            return;
        }
        org.elasticmq.server.Main.main(args);
    }
}
`;

export const elasticmq = {
  name: 'elasticmq',
  version: VERSION,
  purpose: 'a peer of the broker in the benchmarks',
  requires: [needs.maven('3.6')],
  // The class above is compiled when it starts.
  runsWith: [needs.jdk('17')],
  recipe: mavenJars({
    dependencies: [['org.elasticmq', 'elasticmq-server_2.13', VERSION]],
    programs: { 'elasticmq.sh': 'ElasticMq.java' },
    sources: { 'ElasticMq.java': MAIN },
  }),
  outputs: ['bin/elasticmq.sh', 'bin/ElasticMq.java'],
  main: 'bin/elasticmq.sh',
  checks: [{ run: ['bin/elasticmq.sh', '--version'], prints: `elasticmq ${VERSION}` }],
  onRequest: true,
} as const satisfies Tool;
