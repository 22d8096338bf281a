/** The TypeScript compiler as judge of dashboards: a file becomes a value of the type `DashboardFile`. */
import { join } from 'node:path';
import ts from 'typescript';
import type { Verdict } from '../validator';

/** Where the value would stand; nothing is written. */
const JUDGED = join(__dirname, 'judged-dashboard.ts');

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  lib: ['lib.es2022.d.ts'],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
};

/** All but the judged file is read once. */
const known = new Map<string, ts.SourceFile | undefined>();

export function judgeDashboard(json: string): Verdict {
  const host = ts.createCompilerHost(OPTIONS);
  const read = host.getSourceFile.bind(host);
  const judged = ts.createSourceFile(
    JUDGED,
    `import type { DashboardFile } from './dashboard-file';\nexport const dashboard: DashboardFile = ${json};\n`,
    ts.ScriptTarget.ES2022,
  );
  host.getSourceFile = (name, ...rest) => {
    if (name === JUDGED) return judged;
    if (!known.has(name)) known.set(name, read(name, ...rest));
    return known.get(name);
  };
  const program = ts.createProgram([JUDGED], OPTIONS, host);
  const found = [...program.getSyntacticDiagnostics(judged), ...program.getSemanticDiagnostics(judged)];
  return {
    accepted: found.length === 0,
    said: found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'),
  };
}
