/**
 * What is wrong with the settings of secrets.
 */
import type { CloudDemand, SecretDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { checkRoleArns } from './role-arn';
import type { SecretsSettings } from './secrets';

/** What Secrets Manager waits before it deletes for good; 0 is at once. */
const RECOVERY_DAYS = { least: 7, most: 30 } as const;

export function checkSecrets(
  { secrets, tier }: Pick<CloudDemand, 'secrets' | 'tier'>,
  settings: SecretsSettings,
  path: string,
): readonly SettingProblem[] {
  const { recoveryDays } = settings;
  const inRange = recoveryDays >= RECOVERY_DAYS.least && recoveryDays <= RECOVERY_DAYS.most;
  const recovery: SettingProblem = {
    path,
    property: 'recoveryDays',
    value: recoveryDays,
    rule: `a deleted secret can be had back for ${RECOVERY_DAYS.least} to ${RECOVERY_DAYS.most} days (Secrets Manager); 0, which is at once, in development only`,
    remedy:
      tier === 'prod' ? 'set 30' : 'set 0, so that an environment can be made anew under the same names',
  };
  return [
    ...checkRoleArns(settings.readers, path, 'readers'),
    ...(inRange || (recoveryDays === 0 && tier === 'dev') ? [] : [recovery]),
    ...checkRotations(secrets, settings, path),
  ];
}

function checkRotations(
  secrets: readonly SecretDemand[],
  { rotations = {} }: SecretsSettings,
  path: string,
): readonly SettingProblem[] {
  const generated = secrets.filter(({ made }) => made === 'generated').map(({ name }) => name);
  return Object.entries(rotations)
    .filter(([name]) => !generated.includes(name))
    .map(([name, value]) => ({
      path: `${path}.rotations`,
      property: name,
      value,
      rule: `the stack makes these anew, and nobody else's: ${generated.join(', ') || 'none'}`,
      remedy: 'remove it, or correct its spelling; a value from somebody else is set by pulumi config',
    }));
}
