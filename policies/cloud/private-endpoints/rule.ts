import { hasBeside } from '../expressions';
import type { CloudRule } from '../rule';

const ENDPOINT = 'azure-native:network:PrivateEndpoint';

export const privateEndpoints: CloudRule = {
  id: 'private-endpoints',
  title: 'Stores have a private endpoint',
  severity: 'high',
  reason: 'They are closed to the internet, so without one the platform could not reach them either.',
  remedy: 'Add a PrivateEndpoint for it in the subnet of private endpoints',
  appliesTo: ['azure-native:storage:StorageAccount', 'azure-native:keyvault:Vault'],
  besides: [ENDPOINT],
  validations: [{ expression: hasBeside(ENDPOINT), message: 'No private endpoint leads to it' }],
};
