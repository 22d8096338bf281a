/**
 * A stack loads its own cloud's code and nobody else's: the root of a provider's package alone costs seconds. The time itself
 * is measured by `bench/pulumi-import.js`.
 */
import { createRequire } from 'node:module';

const load = createRequire(__filename);

jest.setTimeout(120_000);

/** Files that were loaded by the time the stack had run, in a registry of modules of its own. */
async function loadedBy(stack: string): Promise<readonly string[]> {
  jest.resetModules();
  const { runStack, sampleConfig } = load('./stack-runs') as typeof import('./stack-runs');
  await runStack(stack, sampleConfig(stack));
  return Object.keys(require.cache).map((file) => file.replaceAll('\\', '/'));
}

const AZURE = /@pulumi\/azure-native\/|\/infra\/azure\//;
const AWS = /@pulumi\/aws\/|\/infra\/aws\//;
/** `import … from '@pulumi/aws'` would load the whole provider. */
const ROOTS = /node_modules\/@pulumi\/(aws|azure-native|kubernetes)\/index\.js$/;

it.each([
  ['anton', { azure: false, aws: false }],
  ['hub-dev', { azure: false, aws: true }],
  ['telemetry-dev', { azure: true, aws: false }],
])('%s loads %p', async (stack, { azure, aws }) => {
  const files = await loadedBy(stack);
  expect(files.some((file) => AZURE.test(file))).toBe(azure);
  expect(files.some((file) => AWS.test(file))).toBe(aws);
  expect(files.filter((file) => ROOTS.test(file))).toEqual([]);
});
