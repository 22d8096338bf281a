import { equals } from '../../cel';
import { forTypes } from '../expressions';
import type { CloudRule } from '../rule';

const VAULT = 'azure-native:keyvault:Vault';
const KEY = 'aws:kms/key:Key';
/** The least that KMS takes. */
const DAYS = 7;

export const deletedKeysComeBack: CloudRule = {
  id: 'deleted-keys-come-back',
  title: 'Deleted keys can be brought back',
  severity: 'high',
  reason: 'Without its key, encrypted data is gone.',
  remedy: `Set enablePurgeProtection (Key Vault), and deletionWindowInDays (KMS) to ${DAYS} or more`,
  appliesTo: [VAULT, KEY],
  validations: [
    {
      expression: forTypes(
        [VAULT],
        `(${equals('resource', 'properties.enablePurgeProtection', true)} &&
          !${equals('resource', 'properties.enableSoftDelete', false)})`,
      ),
      message: 'The vault can be emptied for good',
    },
    {
      // 30 days when nothing is said.
      expression: forTypes(
        [KEY],
        `(!has(resource.deletionWindowInDays) || resource.deletionWindowInDays >= ${DAYS})`,
      ),
      message: `The key is gone sooner than ${DAYS} days after its deletion`,
    },
  ],
};
