import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJava, mavenJars } from './maven-jars';
import type { Command } from './tool';

let root: string;
let commands: Command[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tools-maven-'));
  for (const folder of ['out', 'work']) mkdirSync(join(root, folder));
  commands = [];
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function made(inputs: Parameters<typeof mavenJars>[0]): Promise<void> {
  await mavenJars(inputs).run({
    outDir: join(root, 'out'),
    workDir: join(root, 'work'),
    run: (command) => {
      commands.push(command);
      return Promise.resolve('');
    },
  });
}

function fakeJava(folder: string, version: string): string {
  mkdirSync(join(root, folder, 'bin'), { recursive: true });
  const java = join(root, folder, 'bin/java');
  writeFileSync(java, `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`);
  chmodSync(java, 0o755);
  return java;
}

it('asks Maven for the artefacts and what they need at run time', async () => {
  await made({
    dependencies: [['org.example', 'server', '1.2.3']],
    programs: { 'server.sh': 'org.example.Main' },
  });
  expect(readFileSync(join(root, 'work/pom.xml'), 'utf8')).toContain(
    '<dependency><groupId>org.example</groupId><artifactId>server</artifactId><version>1.2.3</version></dependency>',
  );
  expect(commands.map(({ program }) => program)).toEqual(['mvn']);
  expect(commands[0]?.args).toContain('-DincludeScope=runtime');
  expect(commands[0]?.args).toContain(`-DoutputDirectory=${join(root, 'out/libs')}`);
  expect(readFileSync(join(root, 'out/bin/server.sh'), 'utf8')).toContain(
    '\n  -cp "$here/libs/*" org.example.Main "$@"\n',
  );
  expect(statSync(join(root, 'out/bin/server.sh')).mode & 0o777).toBe(0o755);
});

it('starts a class of ours with a Java that is new enough', async () => {
  await made({
    dependencies: [],
    programs: { 'node.sh': 'Node.java' },
    sources: { 'Node.java': 'class Node {}' },
    javaAtLeast: 21,
  });
  expect(readFileSync(join(root, 'out/bin/Node.java'), 'utf8')).toBe('class Node {}');
  const script = readFileSync(join(root, 'out/bin/node.sh'), 'utf8');
  expect(script).toContain(findJava(21));
  expect(script).toContain('-cp "$here/libs/*" "$here/bin/Node.java" "$@"');
});

it.each([
  ['25.0.1', 21, true],
  ['21.0.2', 21, true],
  ['17.0.15', 21, false],
  ['1.8.0_452', 11, false],
])('Java %s is at least %i: %s', (version, atLeast, expected) => {
  const java = fakeJava('jdk', version);
  const { stdout } = spawnSync('bash', ['-c', findJava(atLeast)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, JAVA_HOME: join(root, 'jdk') },
  });
  expect(stdout.trim() === java).toBe(expected);
});
