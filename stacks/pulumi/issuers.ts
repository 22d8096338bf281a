/**
 * ClusterIssuers: who signs the certificates that an environment asks for by name and does not make an authority for.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { Cloud } from '../../infra/cloud';
import type { SettingProblem } from '../../infra/setting-error';
import type { Manifest } from '../../policies/manifest';
import { textAt } from '../manifest-data';
import type { SentObject } from './objects';

const Route53 = Type.Object(
  {
    kind: Type.Literal('route53'),
    region: Type.String({ minLength: 1 }),
    zoneId: Type.String({ minLength: 1 }),
  },
  { additionalProperties: false },
);

export const IssuerSettings = Type.Union([
  /** A public authority. By DNS, for it has no way to an internal load balancer. */
  Type.Object(
    {
      kind: Type.Literal('acme'),
      /** Whom it tells of trouble. */
      email: Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$' }),
      /** @default Let's Encrypt */
      server: Type.Optional(Type.String({ pattern: '^https://' })),
      /** Where it looks for the proof. @default the public zone that the cloud hands over */
      solver: Type.Optional(Route53),
    },
    { additionalProperties: false },
  ),
  /** A private authority, whose `tls.crt` and `tls.key` somebody put into a Secret of cert-manager's namespace. */
  Type.Object(
    { kind: Type.Literal('private'), secretName: Type.String({ minLength: 1 }) },
    { additionalProperties: false },
  ),
  /** Made by somebody else. */
  Type.Object({ kind: Type.Literal('expected') }, { additionalProperties: false }),
]);
type IssuerSettings = Static<typeof IssuerSettings>;
type Acme = Extract<IssuerSettings, { readonly kind: 'acme' }>;

export type Issuers = Readonly<Record<string, IssuerSettings>>;

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

/** ClusterIssuers that Certificates name and that the environment does not make; sorted. */
export function issuersNeeded(objects: readonly Manifest[]): string[] {
  const made = new Set(
    objects.filter(({ kind }) => kind === 'ClusterIssuer').map(({ metadata }) => metadata.name),
  );
  const named = objects.flatMap((object) => {
    const isNamed =
      object.kind === 'Certificate' && textAt(object, 'spec', 'issuerRef', 'kind') === 'ClusterIssuer';
    return isNamed ? (textAt(object, 'spec', 'issuerRef', 'name') ?? []) : [];
  });
  return [...new Set(named)].filter((name) => !made.has(name)).sort();
}

/**
 * @param cloud only Azure's hands over a public zone
 * @param path where they stand, e.g. `Pulumi.hyperion-dev.yaml: hyperion:program.issuers`
 */
export function checkIssuers(
  needed: readonly string[],
  issuers: Issuers,
  cloud: Cloud['kind'],
  path: string,
): SettingProblem[] {
  return [
    ...Object.entries(issuers)
      .filter(([, issuer]) => issuer.kind === 'acme' && issuer.solver === undefined && cloud !== 'azure')
      .map(([name]) => ({
        path: `${path}.${name}`,
        property: 'solver',
        value: undefined,
        rule: 'an authority looks for the proof in a public zone, and this cloud hands over none',
        remedy: 'name a zone of Route 53, with its region and its ID',
      })),
    ...needed
      .filter((name) => issuers[name] === undefined)
      .map((name) => ({
        path,
        property: name,
        value: undefined,
        rule: 'every ClusterIssuer that certificates name is described',
        remedy: 'say who signs: acme with an e-mail address, private with a Secret, or expected',
      })),
    ...Object.keys(issuers)
      .filter((name) => !needed.includes(name))
      .map((name) => ({
        path,
        property: name,
        value: name,
        rule: 'an issuer is described only when a certificate names it',
        remedy: 'remove it, or correct its name',
      })),
  ];
}

export function issuerObjects(issuers: Issuers, cloud: Pick<Cloud, 'operators' | 'dnsZone'>): SentObject[] {
  return Object.entries(issuers).flatMap(([name, settings]) => {
    if (settings.kind === 'expected') return [];
    const spec =
      settings.kind === 'private'
        ? { ca: { secretName: settings.secretName } }
        : { acme: acme(name, settings, cloud) };
    return [{ apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name }, spec }];
  });
}

function acme(
  name: string,
  { email, server, solver }: Acme,
  { operators, dnsZone }: Pick<Cloud, 'operators' | 'dnsZone'>,
): object {
  const identity = operators['cert-manager'];
  const dns01 =
    solver === undefined
      ? {
          azureDNS: {
            hostedZoneName: dnsZone?.name,
            resourceGroupName: dnsZone?.resourceGroup,
            subscriptionID: dnsZone?.subscriptionId,
            environment: 'AzurePublicCloud',
            ...(identity?.kind === 'azure' ? { managedIdentity: { clientID: identity.clientId } } : {}),
          },
        }
      : { route53: { region: solver.region, hostedZoneID: solver.zoneId } };
  return {
    email,
    server: server ?? LETS_ENCRYPT,
    privateKeySecretRef: { name: `${name}-account` },
    solvers: [{ dns01 }],
  };
}
