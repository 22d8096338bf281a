/**
 * Marks objects as belonging to the cluster: a chart puts its namespace on everything in it, and the API server
 * refuses a namespace on what has none.
 */
import { JsonPatch, type ApiObject } from 'cdk8s';

export function clusterScoped(...objects: readonly ApiObject[]): void {
  for (const object of objects) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
}
