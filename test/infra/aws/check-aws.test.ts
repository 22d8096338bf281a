/**
 * Bad settings on AWS: where, what, which rule, what to do.
 */
import { awsAddresses } from '../../../infra/address-plan';
import { checkAws } from '../../../infra/aws/check-aws';
import { AwsSettings } from '../../../infra/aws/settings';
import { parseSettings } from '../../../infra/parse-settings';
import { SettingError } from '../../../infra/setting-error';
import {
  HUB_ADDRESSES,
  HUB_DEMAND,
  HUB_ROLE,
  HUB_SETTINGS,
  SPOKE_ADDRESSES,
  SPOKE_DEMAND,
  SPOKE_ROLE,
  SPOKE_SETTINGS,
} from './hub-and-spoke';

const PATH = 'Pulumi.hub-infra.yaml: hyperion:aws';

interface Change {
  readonly settings?: Partial<AwsSettings>;
  readonly demand?: Partial<typeof HUB_DEMAND>;
  readonly role?: Partial<typeof HUB_ROLE>;
}

function hubText({ settings, demand, role }: Change): string {
  return new SettingError(
    checkAws(
      { ...HUB_DEMAND, ...demand },
      HUB_ADDRESSES,
      { ...HUB_ROLE, ...role },
      { ...HUB_SETTINGS, ...settings },
      PATH,
    ),
  ).message;
}

function spokeText(settings: Partial<AwsSettings>): string {
  return new SettingError(
    checkAws(SPOKE_DEMAND, SPOKE_ADDRESSES, SPOKE_ROLE, { ...SPOKE_SETTINGS, ...settings }, PATH),
  ).message;
}

function at(section: string, property: string, value: string, rule: string, remedy: string): string {
  return `${PATH}${section}: ${property} = ${value}\n  rule:   ${rule}\n  remedy: ${remedy}`;
}

function withoutDatabase(): AwsSettings {
  const settings = { ...HUB_SETTINGS };
  delete settings.database;
  return settings;
}

function withoutHub(): AwsSettings {
  const settings = { ...SPOKE_SETTINGS };
  delete settings.hub;
  return settings;
}

const { transit, network } = HUB_SETTINGS;

it('finds nothing wrong with what is right', () => {
  expect(hubText({})).toBe('');
  expect(spokeText({})).toBe('');
});

it.each([HUB_SETTINGS, SPOKE_SETTINGS])('reads settings by their schema', (settings) => {
  expect(parseSettings(AwsSettings, JSON.parse(JSON.stringify(settings)), PATH).problems).toEqual([]);
});

it('refuses a property that it does not know', () => {
  const { problems } = parseSettings(AwsSettings, { ...HUB_SETTINGS, zones: 3 }, PATH);
  expect(new SettingError(problems).message).toBe(
    at('', 'zones', '3', 'settings have no such property', 'remove it, or correct its spelling'),
  );
});

describe('where it stands', () => {
  it('an unknown region', () => {
    const zones = ['eu-centrall-1a', 'eu-centrall-1b', 'eu-centrall-1c'];
    expect(hubText({ settings: { region: 'eu-centrall-1', availabilityZones: zones } })).toBe(
      at(
        '',
        'region',
        '"eu-centrall-1"',
        'AWS has no such region; near it are eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-2, eu-west-3',
        'take one of `aws account list-regions`; those of China and GovCloud are separate from all others',
      ),
    );
  });

  it('an account that is not a number of twelve digits', () => {
    expect(spokeText({ accountId: '44445555666' })).toContain(
      at(
        '',
        'accountId',
        '"44445555666"',
        'the number of an AWS account has twelve digits',
        "write it in quotes, as `aws sts get-caller-identity` shows it: '111122223333'",
      ),
    );
  });

  it('a zone of another region', () => {
    expect(
      hubText({ settings: { availabilityZones: ['eu-central-1a', 'eu-west-1b', 'eu-central-1c'] } }),
    ).toBe(
      at(
        '',
        'availabilityZones',
        '"eu-west-1b"',
        'a zone of eu-central-1 is named eu-central-1a to eu-central-1f; Local Zones have neither EKS nor Aurora',
        'take those of `aws ec2 describe-availability-zones --region eu-central-1`',
      ),
    );
  });

  it('another number of zones than the addresses have', () => {
    expect(spokeText({ availabilityZones: ['eu-central-1a'] })).toBe(
      at(
        '',
        'availabilityZones',
        '["eu-central-1a"]',
        "the environment's addresses span 2 zones (nodes in 1; AWS' managed services in two at least)",
        'name 2 zones, those of the nodes first',
      ),
    );
  });

  it('one zone twice', () => {
    expect(spokeText({ availabilityZones: ['eu-central-1a', 'eu-central-1a'] })).toBe(
      at(
        '',
        'availabilityZones',
        '["eu-central-1a","eu-central-1a"]',
        'each zone is named once',
        'name different ones: a zone that fails takes all with it',
      ),
    );
  });
});

describe('its neighbours', () => {
  it('a spoke whose network overlaps the hub’s', () => {
    const [dev, ...others] = HUB_ROLE.spokes;
    if (dev === undefined) throw new Error('no spoke');
    const spokes = [{ ...dev, block: awsAddresses('10.110.0.0/16', 1).block }, ...others];
    expect(hubText({ role: { spokes }, demand: { inbound: [] } })).toBe(
      at(
        '',
        'hub-dev',
        '"10.110.0.0/16"',
        'networks that are joined share no address; it overlaps 10.110.0.0/16 of this environment',
        'give one of the two another block: an environment takes its own from stacks/environments',
      ),
    );
  });

  it('a network of the owner that overlaps the environment’s', () => {
    const ownerNetworks = ['10.200.0.0/16', '10.110.64.0/20'];
    expect(hubText({ settings: { transit: { ...transit, ownerNetworks } } })).toBe(
      at(
        '',
        'transit.ownerNetworks',
        '"10.110.64.0/20"',
        'networks that are joined share no address; it overlaps 10.110.0.0/16 of this environment',
        'give one of the two another block: an environment takes its own from stacks/environments',
      ),
    );
  });

  it('a block that does not begin at its first address', () => {
    const ownerNetworks = ['10.200.0.0/16', '10.201.0.1/16'];
    expect(hubText({ settings: { transit: { ...transit, ownerNetworks } } })).toBe(
      at(
        '.transit',
        'ownerNetworks',
        '"10.201.0.1/16"',
        'a network is a CIDR block that begins at its own first address',
        'write it like 10.200.0.0/16',
      ),
    );
  });

  it('a peering connection to the owner’s networks', () => {
    expect(hubText({ settings: { transit: { ...transit, kind: 'peering' } } })).toBe(
      at(
        '.transit',
        'ownerNetworks',
        '["10.200.0.0/16"]',
        'a peering connection leads from one VPC to another and to nothing behind it',
        "take transit.kind = 'transit-gateway', or let the owner's networks have a VPC of their own among the spokes",
      ),
    );
  });

  it('a caller to whom no route leads', () => {
    expect(
      hubText({
        settings: {
          transit: { ...transit, ownerNetworks: ['10.200.0.0/24'] },
          network: { ...network, administrators: [] },
        },
      }),
    ).toBe(
      at(
        '.transit',
        'ownerNetworks',
        '["10.200.0.0/24"]',
        'the platform talks to 10.200.1.0/24 (operations), and no route leads there',
        'add a block with 10.200.1.0/24 to ownerNetworks, if the Transit Gateway leads there',
      ),
    );
  });

  it('administrators from nowhere', () => {
    expect(hubText({ settings: { network: { ...network, administrators: ['192.0.2.0/24'] } } })).toBe(
      at(
        '.network',
        'administrators',
        '"192.0.2.0/24"',
        'administrators come from a network that a route leads to: this one, or one of transit.ownerNetworks',
        'correct it, or add the network that it lies in to transit.ownerNetworks',
      ),
    );
  });

  it('flow logs for a number of days that CloudWatch does not know', () => {
    expect(hubText({ settings: { network: { ...network, flowLogDays: 100 } } })).toContain(
      `${PATH}.network: flowLogDays = 100\n  rule:   CloudWatch Logs keeps a log for certain numbers of days only`,
    );
  });

  it('a spoke with spokes, and without its hub', () => {
    const problems = checkAws(
      SPOKE_DEMAND,
      SPOKE_ADDRESSES,
      SPOKE_ROLE,
      { ...withoutHub(), spokes: HUB_SETTINGS.spokes ?? {} },
      PATH,
    );
    expect(new SettingError(problems).message).toBe(
      [
        at(
          '',
          'spokes',
          '["hub-dev","hub-prod"]',
          'only a hub has spokes, and this environment is a spoke',
          'remove it, and set hub.stack to the stack of hub-infra',
        ),
        at(
          '',
          'hub',
          'undefined',
          "a spoke reads the outputs of its hub's stack, which is hub-infra",
          'set hub.stack to <organization>/<project>/hub-infra',
        ),
      ].join('\n'),
    );
  });

  it('a hub with a hub', () => {
    const hub = { stack: 'example/hyperion/hub-infra', privateAuthority: true };
    expect(hubText({ settings: { hub } })).toBe(
      at(
        '',
        'hub',
        '{"stack":"example/hyperion/hub-infra","privateAuthority":true}',
        'only a spoke has a hub, and this environment is one',
        'remove it, and name the accounts of its spokes in `spokes`',
      ),
    );
  });

  it('a spoke without an account', () => {
    const { 'hub-dev': dev, ...others } = HUB_SETTINGS.spokes ?? {};
    if (dev === undefined) throw new Error('no spoke');
    expect(hubText({ settings: { spokes: others } })).toBe(
      at(
        '',
        'spokes',
        '["hub-prod"]',
        "the hub's spokes are hub-dev, hub-prod, each with an account",
        'give each of them its accountId and deployerArn, and remove the others',
      ),
    );
  });

  it("a spoke in the hub's own account, deployed by a role of another", () => {
    const spokes = {
      ...HUB_SETTINGS.spokes,
      'hub-prod': {
        accountId: '111122223333',
        deployerArn: 'arn:aws:iam::777788889999:role/deploys-hub-prod',
      },
    };
    expect(hubText({ settings: { spokes } })).toBe(
      [
        at(
          '.spokes.hub-prod',
          'accountId',
          '"111122223333"',
          'each environment has an account of its own, and this one is that of the hub',
          'give the number of the account in which the spoke stands',
        ),
        at(
          '.spokes.hub-prod',
          'deployerArn',
          '"arn:aws:iam::777788889999:role/deploys-hub-prod"',
          "the role that deploys a spoke is one of the spoke's account",
          'give its ARN: arn:aws:iam::111122223333:role/<name>',
        ),
      ].join('\n'),
    );
  });

  it('a token that the hub does not make', () => {
    const secrets = HUB_DEMAND.secrets.filter(({ name }) => name !== 'vmauth-vmagent-dev-token');
    expect(hubText({ demand: { secrets } })).toBe(
      at(
        '',
        'tokenSecret',
        '"vmauth-vmagent-dev-token"',
        "a spoke's token is a secret that its hub's platform generates and that its own is given; here none is generated under this name",
        "name in the environments' roles the secret of the spoke's agents",
      ),
    );
  });
});

describe('its names', () => {
  it.each(['Infra.service', 'infra.service.', 'infra'])('the zone %s', (zone) => {
    expect(hubText({ role: { zone } })).toBe(
      at(
        '',
        'zone',
        JSON.stringify(zone),
        'a zone is a domain name in lower case with at least two labels, without a dot at its end',
        'write it like infra.service, in the environments of the hub and all its spokes',
      ),
    );
  });

  it('a host outside the zone', () => {
    const hosts = [{ host: 'grafana.example.com', entrance: 'monitoring/grafana' }];
    expect(hubText({ demand: { hosts } })).toBe(
      at(
        '',
        'zone',
        '"infra.service"',
        'all host names lie in the zone, or nobody could resolve them; grafana.example.com does not',
        'name the host <name>.infra.service, or take another zone',
      ),
    );
  });

  it('a public certificate for a private zone', () => {
    const hosts = HUB_DEMAND.hosts.slice(0, 1);
    const publicZone = { id: 'Z0000000000', name: 'infra.service' };
    expect(hubText({ settings: { certificate: { publicZone } }, demand: { hosts } })).toBe(
      at(
        '',
        'certificate.publicZone',
        '{"id":"Z0000000000","name":"infra.service"}',
        'a public certificate is for names in a zone that the internet knows; victoria-metrics.infra.service is not one of them',
        'set privateAuthorityArn (AWS Private CA signs for private names), or take host names below a domain of yours',
      ),
    );
  });

  it('no certificate', () => {
    expect(hubText({ settings: { certificate: {} } })).toBe(
      at(
        '',
        'certificate',
        '{}',
        'the load balancer of victoria-metrics.infra.service, grafana.infra.service has one certificate, which one of three signs',
        'set one of privateAuthorityArn, publicZone and importedArn',
      ),
    );
  });

  it('a certificate where there is no host name', () => {
    expect(
      spokeText({ certificate: { importedArn: 'arn:aws:acm:eu-central-1:444455556666:certificate/0' } }),
    ).toBe(
      at(
        '',
        'certificate',
        '{"importedArn":"arn:aws:acm:eu-central-1:444455556666:certificate/0"}',
        'this environment answers to no host name',
        'remove it',
      ),
    );
  });

  it.each([
    [
      { privateAuthorityArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0' },
      'a private authority is one of AWS Private CA',
      'give its ARN: arn:aws:acm-pca:<region>:<account>:certificate-authority/<id>',
    ],
    [
      { importedArn: 'arn:aws:iam::111122223333:server-certificate/old' },
      'an imported certificate is one of AWS Certificate Manager, in the region of the load balancer',
      'import it there, and give its ARN: arn:aws:acm:<region>:<account>:certificate/<id>',
    ],
  ])('an ARN of something else: %j', (certificate, rule, remedy) => {
    const [value] = Object.values(certificate);
    expect(hubText({ settings: { certificate } })).toBe(
      at('', 'certificate', JSON.stringify(value), rule, remedy),
    );
  });
});

describe('its stores and its cost', () => {
  it('a database that nobody sized', () => {
    const problems = checkAws(HUB_DEMAND, HUB_ADDRESSES, HUB_ROLE, withoutDatabase(), PATH);
    expect(new SettingError(problems).message).toBe(
      at(
        '',
        'database',
        'undefined',
        'the platform asks for it, and an operator decides its size and how long backups are kept',
        'add the section database',
      ),
    );
  });

  it('object stores that nobody asks for', () => {
    expect(spokeText({ objectStorage: { deletedBackupDays: 14 } })).toBe(
      at(
        '',
        'objectStorage',
        '{"deletedBackupDays":14}',
        'the platform of this environment asks for none',
        'remove the section',
      ),
    );
  });

  it.each([0, -1])('a budget of %d', (monthlyUsd) => {
    expect(hubText({ settings: { budget: { monthlyUsd, notify: ['cost@example.com'] } } })).toBe(
      at(
        '.budget',
        'monthlyUsd',
        String(monthlyUsd),
        'a budget is more than nothing: every month would exceed it',
        'give what a month of this environment may cost, in US dollars',
      ),
    );
  });

  it('a budget of which nobody hears', () => {
    expect(hubText({ settings: { budget: { monthlyUsd: 3000, notify: [] } } })).toBe(
      at(
        '.budget',
        'notify',
        '[]',
        'AWS Budgets writes to 1 to 10 e-mail addresses, and nobody reads an alert that goes to none',
        'name the people or the mailing list who watch the cost',
      ),
    );
  });
});
