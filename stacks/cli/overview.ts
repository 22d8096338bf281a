/**
 * What `npm start` shows: every environment synthesised into `dist/`, checked, and on one line of a table.
 */
import { resolve } from 'node:path';
import { checkEnvironment } from '../findings';
import { writeFolders } from '../output-folder';
import { chooseEnvironments } from './choose';
import type { Context, ExitCode } from './context';
import { Progress } from './progress';
import { table } from './table';

export function overview(context: Context, { out }: { readonly out: string }): ExitCode {
  const chosen = chooseEnvironments(context, []);
  const progress = new Progress(context);
  const rows = chosen.map(({ name, environment }, index) => {
    progress.step(`synthesising and checking ${name} (${index + 1} of ${chosen.length})`);
    const start = performance.now();
    const { synthesis, findings } = checkEnvironment(name, environment, context.today());
    if (synthesis !== undefined) writeFolders(resolve(context.cwd, out), [{ name, files: synthesis.files }]);
    return {
      name,
      components: synthesis?.platform.components.length ?? 0,
      objects: synthesis?.objects.length ?? 0,
      connections: synthesis?.platform.graph.connections.length ?? 0,
      findings: findings.length,
      time: `${((performance.now() - start) / 1000).toFixed(1)} s`,
    };
  });
  progress.done();
  context.out(
    table(
      ['environment', 'components', 'objects', 'connections', 'findings', 'time'],
      rows.map((row) => [row.name, row.components, row.objects, row.connections, row.findings, row.time]),
    ),
  );
  const [first] = chosen;
  const example = first?.name ?? '<environment>';
  const hasFindings = rows.some(({ findings }) => findings > 0);
  context.out(
    [
      '',
      ...(hasFindings ? ['What was found:        npx hyperion check'] : []),
      `Manifests for review:  ${out}/${example}/manifests/   (also config/, graph.json, images.txt)`,
      `All of it as a page:   npx hyperion review ${example} --out review`,
      `One component:         npx hyperion explain ${example} <component>`,
      'All commands:          npx hyperion --help',
      'What to read next:     README.md',
      '',
    ].join('\n'),
  );
  return hasFindings ? 1 : 0;
}
