import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const known = new Map<string, readonly string[]>();

/**
 * Names of the inputs of a resource type, as the installed provider packages have them; none for a type that is not there.
 * Read from the text of the one module: to load it would load the provider.
 */
export function inputsOf(type: string): readonly string[] {
  let inputs = known.get(type);
  if (inputs === undefined) {
    const text = moduleOf(type);
    const isThisType = text.includes(`__pulumiType = '${type}'`);
    inputs = isThisType
      ? [...text.matchAll(/resourceInputs\["(\w+)"\] = [^;\n]*\bargs\b/g)].map(([, name]) => name ?? '')
      : [];
    known.set(type, inputs);
  }
  return inputs;
}

/** `aws:ec2/vpc:Vpc` → `@pulumi/aws/ec2/vpc.js`; `azure-native:keyvault:Vault` → `@pulumi/azure-native/keyvault/vault.js`. */
function moduleOf(type: string): string {
  const [provider = '', module = '', kind = ''] = type.split(':');
  const path = module.includes('/') ? module : `${module}/${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  try {
    return readFileSync(
      join(dirname(require.resolve(`@pulumi/${provider}/package.json`)), `${path}.js`),
      'utf8',
    );
  } catch {
    return '';
  }
}
