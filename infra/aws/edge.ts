/**
 * The certificate of the internal load balancer. The load balancer itself is made by the AWS Load Balancer Controller, from the
 * platform's Ingresses; its security group is in `security-groups.ts`, and its names are in `dns.ts`.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as acm from '@pulumi/aws/acm';
import * as acmpca from '@pulumi/aws/acmpca';
import * as route53 from '@pulumi/aws/route53';
import type { Output } from '@pulumi/pulumi';
import { output } from '@pulumi/pulumi';
import type { HostDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';

/** Exactly one of the three. */
export const CertificateSettings = Type.Object(
  {
    /** ARN of an authority in AWS Private CA, which signs for any name and renews by itself. */
    privateAuthorityArn: Type.Optional(Type.String()),
    /** A public zone in this account in which Amazon checks that the names are the owner's. */
    publicZone: Type.Optional(
      Type.Object({ id: Type.String(), name: Type.String() }, { additionalProperties: false }),
    ),
    /** ARN in AWS Certificate Manager of a certificate that somebody imported, and renews. */
    importedArn: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type CertificateSettings = Static<typeof CertificateSettings>;

export interface EdgeCertificate {
  readonly arn: Output<string>;
  /** PEM of who signed it, where AWS knows that. @default a person gives it, or everybody trusts it already */
  readonly authority?: Output<string>;
}

/** Seconds. */
const VALIDATION_TTL_SECONDS = 300;

/** @param hosts at least one */
export function makeCertificate(
  outer: AwsContext,
  hosts: readonly HostDemand[],
  { privateAuthorityArn, publicZone, importedArn }: CertificateSettings,
): EdgeCertificate {
  const context = inLayer(outer, 'Edge');
  if (privateAuthorityArn !== undefined) {
    const certificate = new acm.Certificate(
      context.name('certificate'),
      { ...namesOf(hosts), certificateAuthorityArn: privateAuthorityArn, tags: context.named('certificate') },
      context.options,
    );
    const authority = acmpca.getCertificateAuthorityOutput({ arn: privateAuthorityArn }, context.options);
    return { arn: certificate.arn, authority: authority.certificate };
  }
  if (publicZone !== undefined) return { arn: validated(context, hosts, publicZone.id) };
  return { arn: output(importedArn ?? '') };
}

function validated(context: AwsContext, hosts: readonly HostDemand[], zoneId: string): Output<string> {
  const certificate = new acm.Certificate(
    context.name('certificate'),
    { ...namesOf(hosts), validationMethod: 'DNS', tags: context.named('certificate') },
    context.options,
  );
  const records = hosts.map(({ host }) => {
    // By host and not by position: Amazon answers in an order of its own.
    const option = certificate.domainValidationOptions.apply((options) => {
      const found = options.find(({ domainName }) => domainName === host);
      if (found === undefined)
        throw new Error(`AWS Certificate Manager gave no record to validate ${host} with`);
      return found;
    });
    return new route53.Record(
      context.name(`validates-${host}`),
      {
        zoneId,
        name: option.resourceRecordName,
        type: option.resourceRecordType,
        records: [option.resourceRecordValue],
        ttl: VALIDATION_TTL_SECONDS,
        // The record of a name stays the same for all certificates of an account: another environment may have it already.
        allowOverwrite: true,
      },
      context.options,
    );
  });
  const validation = new acm.CertificateValidation(
    context.name('certificate'),
    { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn) },
    context.options,
  );
  return validation.certificateArn;
}

function namesOf(
  hosts: readonly HostDemand[],
): Pick<acm.CertificateArgs, 'domainName' | 'subjectAlternativeNames'> {
  const [first, ...others] = hosts.map(({ host }) => host);
  return { domainName: first, subjectAlternativeNames: others };
}

/** @param settings of a hub; a spoke answers to no name and has none */
export function checkCertificate(
  hosts: readonly HostDemand[],
  settings: CertificateSettings | undefined,
  path: string,
): readonly SettingProblem[] {
  const chosen = Object.keys(settings ?? {});
  const problem = (value: unknown, rule: string, remedy: string): SettingProblem => ({
    path,
    property: 'certificate',
    value,
    rule,
    remedy,
  });
  if (hosts.length === 0) {
    if (settings === undefined) return [];
    return [problem(settings, 'this environment answers to no host name', 'remove it')];
  }
  const names = hosts.map(({ host }) => host).join(', ');
  if (chosen.length !== 1) {
    return [
      problem(
        settings,
        `the load balancer of ${names} has one certificate, which one of three signs`,
        'set one of privateAuthorityArn, publicZone and importedArn',
      ),
    ];
  }
  return [...checkPublic(hosts, settings?.publicZone, path), ...checkArns(settings, problem)];
}

function checkPublic(
  hosts: readonly HostDemand[],
  zone: CertificateSettings['publicZone'],
  path: string,
): readonly SettingProblem[] {
  if (zone === undefined) return [];
  return hosts
    .filter(({ host }) => !host.endsWith(`.${zone.name}`) || !isPublicName(host))
    .map(({ host }) => ({
      path,
      property: 'certificate.publicZone',
      value: zone,
      rule: `a public certificate is for names in a zone that the internet knows; ${host} is not one of them`,
      remedy:
        'set privateAuthorityArn (AWS Private CA signs for private names), or take host names below a domain of yours',
    }));
}

/** Ends of names that the internet's root does not know, and people use inside: no public authority signs for them. */
const PRIVATE_ENDS = [
  'corp',
  'home',
  'internal',
  'intranet',
  'lan',
  'local',
  'localdomain',
  'private',
  'service',
];

function isPublicName(host: string): boolean {
  return !PRIVATE_ENDS.includes(host.split('.').at(-1) ?? '');
}

function checkArns(
  settings: CertificateSettings | undefined,
  problem: (value: unknown, rule: string, remedy: string) => SettingProblem,
): readonly SettingProblem[] {
  const { privateAuthorityArn, importedArn } = settings ?? {};
  const problems: SettingProblem[] = [];
  if (privateAuthorityArn !== undefined && !privateAuthorityArn.startsWith('arn:aws:acm-pca:')) {
    problems.push(
      problem(
        privateAuthorityArn,
        'a private authority is one of AWS Private CA',
        'give its ARN: arn:aws:acm-pca:<region>:<account>:certificate-authority/<id>',
      ),
    );
  }
  if (importedArn !== undefined && !importedArn.startsWith('arn:aws:acm:')) {
    problems.push(
      problem(
        importedArn,
        'an imported certificate is one of AWS Certificate Manager, in the region of the load balancer',
        'import it there, and give its ARN: arn:aws:acm:<region>:<account>:certificate/<id>',
      ),
    );
  }
  return problems;
}
