/** Java programs, from the jars that their projects publish: Maven fetches them, a start script runs their main class. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from './tool';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** Where a Java stands that is not the one on the PATH. */
const JAVA_CANDIDATES =
  '"${JAVA_HOME:-/none}/bin/java" "$(command -v java)" /usr/lib/jvm/*/bin/java /opt/*/bin/java';

export interface MavenPrograms {
  /** Group, artifact, version. */
  readonly dependencies: readonly (readonly [group: string, artifact: string, version: string])[];
  /** Name of the output, under `bin/` → main class, or one of `sources`. */
  readonly programs: Readonly<Record<string, string>>;
  /**
   * Classes of our own, `<Name>.java` → text; Java compiles them when it starts.
   * @default none
   */
  readonly sources?: Readonly<Record<string, string>>;
  /**
   * Looks for a Java of at least this version.
   * @default takes the one on the PATH
   */
  readonly javaAtLeast?: number;
}

export function mavenJars(inputs: MavenPrograms): Recipe {
  const { dependencies, programs, sources = {}, javaAtLeast } = inputs;
  return {
    kind: 'Maven artefacts with start scripts',
    revision: 1,
    inputs: { dependencies, plugin: PLUGIN, programs, sources: inputs.sources, javaAtLeast },
    run: async (build) => {
      writeFileSync(join(build.workDir, 'pom.xml'), projectFile(dependencies));
      await build.run({
        program: 'mvn',
        args: [
          '--batch-mode',
          '--no-transfer-progress',
          // A failure is remembered for a day otherwise.
          '--update-snapshots',
          `${PLUGIN}:copy-dependencies`,
          '-DincludeScope=runtime',
          `-DoutputDirectory=${join(build.outDir, 'libs')}`,
        ],
        cwd: build.workDir,
        attempts: 3,
      });
      mkdirSync(join(build.outDir, 'bin'));
      for (const [name, source] of Object.entries(sources))
        writeFileSync(join(build.outDir, 'bin', name), source);
      for (const [name, main] of Object.entries(programs)) {
        const file = join(build.outDir, 'bin', name);
        writeFileSync(file, startScript(main in sources ? `"$here/bin/${main}"` : main, javaAtLeast));
        chmodSync(file, 0o755);
      }
    },
  };
}

/** Prints the path of a Java of at least that version, if there is one. A shell command, for requirements too. */
export function findJava(atLeast: number): string {
  return [
    `for java in ${JAVA_CANDIDATES}; do`,
    '  version=$("$java" -version 2>&1 | sed -n \'s/.* version "\\([0-9]*\\).*/\\1/p\')',
    `  if [ "\${version:-0}" -ge ${atLeast} ]; then echo "$java"; break; fi`,
    'done',
  ].join('\n');
}

function projectFile(dependencies: MavenPrograms['dependencies']): string {
  const elements = dependencies.map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return (
    '<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>jars</artifactId>' +
    `<version>1</version><dependencies>${elements.join('')}</dependencies></project>\n`
  );
}

/** As in Kafka's image, `KAFKA_HEAP_OPTS` and `KAFKA_LOG4J_OPTS` are passed on. The first compiler alone: short runs. */
function startScript(main: string, javaAtLeast: number | undefined): string {
  return [
    '#!/bin/bash',
    'here=$(dirname "$(dirname "$(readlink -f "$0")")")',
    javaAtLeast === undefined ? 'java=java' : `java=$(${findJava(javaAtLeast)})`,
    'exec "$java" -XX:TieredStopAtLevel=1 ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_LOG4J_OPTS:-} \\',
    `  -cp "$here/libs/*" ${main} "$@"`,
    '',
  ].join('\n');
}
