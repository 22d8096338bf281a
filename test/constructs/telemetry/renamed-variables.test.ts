/**
 * A variable that is renamed in a service's schema does not compile in the workload that sets it: tried with the compiler
 * itself, on the schemas as they are and with one name changed in each.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../../..');
const RENAMED: Readonly<Record<string, readonly [app: string, variable: string]>> = {
  broker: ['broker', 'QUEUE_SIZE'],
  proxy: ['proxy', 'PROXY_BROKERS'],
  streamer: ['streamer', 'STREAMER_SOURCE'],
  collector: ['collector', 'COLLECTOR_MEMORY_SIZE'],
  api: ['api', 'API_KEYS_FILE'],
};

const OPTIONS: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    ROOT,
  ).options,
  noEmit: true,
  types: ['node'],
};

const known = new Map<string, ts.SourceFile | undefined>();

function mistakes(change: (path: string, text: string) => string): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    const path = relative(ROOT, name);
    if (/^apps\/[a-z]+\/config\.ts$/.test(path)) {
      const text = readFileSync(name, 'utf8');
      return ts.createSourceFile(name, change(path, text), ts.ScriptTarget.ES2022);
    }
    if (!known.has(name)) known.set(name, read(name, ...rest));
    return known.get(name);
  };
  const files = Object.keys(RENAMED).map((name) => join(ROOT, 'constructs', 'telemetry', `${name}.ts`));
  const program = ts.createProgram(files, OPTIONS, host);
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return program
      .getSemanticDiagnostics(source)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}

test('they compile as they are', () => {
  expect(mistakes((_path, text) => text)).toEqual([]);
}, 60_000);

test('a renamed variable of each is refused by name', () => {
  const found = mistakes((path, text) =>
    Object.values(RENAMED).reduce(
      (changed, [app, name]) =>
        path === `apps/${app}/config.ts`
          ? changed.replace(new RegExp(`^  ${name}:`, 'm'), `  ${name}_NEW:`)
          : changed,
      text,
    ),
  );
  for (const [, name] of Object.values(RENAMED)) {
    expect(found).toContainEqual(expect.stringContaining(`'${name}' does not exist in type`));
  }
}, 60_000);
