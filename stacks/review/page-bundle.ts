/** The page's script and style, each as one text: what esbuild makes of `page/`. */
import { join } from 'node:path';
import { buildSync, type BuildFailure, type Message } from 'esbuild';
import { OutputError } from '../output-error';

export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

const ENTRIES = ['main.ts', 'style.css'];
/** Browsers of the last years; nothing is translated for older ones. */
const TARGET = 'es2022';

const bundles = new Map<string, PageBundle>();

/**
 * The same for all pages of a process.
 * @throws OutputError where the page's sources are not all in the checkout
 */
export function pageBundle(root: string): PageBundle {
  let bundle = bundles.get(root);
  if (bundle === undefined) {
    bundle = build(join(root, 'stacks', 'review', 'page'));
    bundles.set(root, bundle);
  }
  return bundle;
}

function build(folder: string): PageBundle {
  try {
    const { outputFiles } = buildSync({
      stdin: { contents: ENTRIES.map((entry) => `import './${entry}';`).join('\n'), resolveDir: folder },
      bundle: true,
      minify: true,
      write: false,
      outdir: folder,
      format: 'iife',
      platform: 'browser',
      target: TARGET,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
    });
    const text = (ending: string): string =>
      outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
    return { script: text('.js'), style: text('.css') };
  } catch (error) {
    const [first = String(error)] = isBuildFailure(error) ? error.errors.map(messageText) : [];
    throw new OutputError(
      `the review page cannot be built from ${folder}: ${first}; run hyperion from a complete checkout (git restore stacks/review/page brings its sources back)`,
    );
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return typeof error === 'object' && error !== null && 'errors' in error;
}

function messageText({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}: ${text}`;
}
