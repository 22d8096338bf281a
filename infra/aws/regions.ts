/**
 * Where an environment stands: the account, the region, and its zones.
 */
import type { AwsAddresses } from '../address-plan';
import type { SettingProblem } from '../setting-error';

/** AWS General Reference, "Regions": the partition `aws`, in which roles, endpoints and ARNs are written alike. */
const REGIONS: readonly string[] = [
  ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'eu-central-1'],
  ...['eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1', 'sa-east-1', 'us-east-1', 'us-east-2'],
  ...['us-west-1', 'us-west-2'],
];

export interface Place {
  readonly region: string;
  readonly accountId: string;
  readonly availabilityZones: readonly string[];
}

export function checkPlace(
  { region, accountId, availabilityZones }: Place,
  addresses: AwsAddresses,
  path: string,
): readonly SettingProblem[] {
  const problems: SettingProblem[] = [...checkAccountId(accountId, path)];
  if (!REGIONS.includes(region)) {
    problems.push({
      path,
      property: 'region',
      value: region,
      rule: `AWS has no such region; ${nearest(region)}`,
      remedy:
        'take one of `aws account list-regions`; those of China and GovCloud are separate from all others',
    });
  }
  return [...problems, ...checkZones(region, availabilityZones, addresses, path)];
}

function nearest(region: string): string {
  const continent = region.split('-')[0] ?? '';
  const there = REGIONS.filter((known) => known.startsWith(`${continent}-`));
  return there.length === 0
    ? `some are ${REGIONS.slice(11, 14).join(', ')}`
    : `near it are ${there.join(', ')}`;
}

export function checkAccountId(accountId: string, path: string): readonly SettingProblem[] {
  if (/^\d{12}$/.test(accountId)) return [];
  return [
    {
      path,
      property: 'accountId',
      value: accountId,
      rule: 'the number of an AWS account has twelve digits',
      remedy: "write it in quotes, as `aws sts get-caller-identity` shows it: '111122223333'",
    },
  ];
}

function checkZones(
  region: string,
  zones: readonly string[],
  { loadBalancers, nodes }: AwsAddresses,
  path: string,
): readonly SettingProblem[] {
  const problem = (value: unknown, rule: string, remedy: string): SettingProblem => ({
    path,
    property: 'availabilityZones',
    value,
    rule,
    remedy,
  });
  const problems = zones
    .filter((zone) => !isZoneOf(region, zone))
    .map((zone) =>
      problem(
        zone,
        `a zone of ${region} is named ${region}a to ${region}f; Local Zones have neither EKS nor Aurora`,
        `take those of \`aws ec2 describe-availability-zones --region ${region}\``,
      ),
    );
  if (zones.length !== loadBalancers.length) {
    problems.push(
      problem(
        zones,
        `the environment's addresses span ${loadBalancers.length} zones (nodes in ${nodes.length}; AWS' managed services in two at least)`,
        `name ${loadBalancers.length} zones, those of the nodes first`,
      ),
    );
  }
  if (new Set(zones).size < zones.length) {
    problems.push(
      problem(zones, 'each zone is named once', 'name different ones: a zone that fails takes all with it'),
    );
  }
  return problems;
}

/** A region's zones end in a letter; Local Zones and Wavelength Zones are named otherwise. */
function isZoneOf(region: string, zone: string): boolean {
  return zone.startsWith(region) && /^[a-f]$/.test(zone.slice(region.length));
}
