/**
 * The entry point of the cdk8s command line (`cdk8s synth`): the same synthesis as `hyperion synth`, into `dist/`.
 */
import { resolve } from 'node:path';
import { ConfigError } from '../constructs/core/config-error';
import { ENVIRONMENTS } from './environments';
import { writeFolders } from './output-folder';
import { soundSynthesis } from './sound-synthesis';

try {
  const folders = Object.entries(ENVIRONMENTS).map(([name, environment]) => ({
    name,
    files: soundSynthesis(name, environment).files,
  }));
  // cdk8s says where it wants the output.
  writeFolders(resolve(process.env.CDK8S_OUTDIR ?? 'dist'), folders);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
