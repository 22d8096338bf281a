/**
 * The private zone of the hub's names: made by the hub, seen by its own network and by those of the spokes.
 */
import * as route53 from '@pulumi/aws/route53';
import type { Provider } from '@pulumi/aws/provider';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { HostDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AwsContext } from './context';

/** Seconds: a load balancer that is made anew is found again within a minute. */
const RECORD_TTL_SECONDS = 60;

export function makeZone(outer: AwsContext, name: string, vpcId: Input<string>): route53.Zone {
  const context = inLayer(outer, 'Dns');
  return new route53.Zone(
    context.name('zone'),
    {
      name,
      comment: `Names of ${context.environment}, for its spokes and its owner`,
      vpcs: [{ vpcId, vpcRegion: context.region }],
      tags: context.tags,
    },
    // Spokes add their networks from their own stacks; without this, the next run here would take them away.
    { ...context.options, ignoreChanges: ['vpcs'] },
  );
}

/** A spoke's network resolves the hub's names: its hub permits it, and it does it. */
export function joinZone(
  outer: AwsContext,
  {
    zoneId,
    vpcId,
    inHub,
  }: { readonly zoneId: Input<string>; readonly vpcId: Input<string>; readonly inHub: Provider },
): Resource {
  const context = inLayer(outer, 'Dns');
  const permitted = new route53.VpcAssociationAuthorization(
    context.name('zone'),
    { zoneId, vpcId, vpcRegion: context.region },
    { ...context.options, provider: inHub },
  );
  return new route53.ZoneAssociation(
    context.name('zone'),
    { zoneId: permitted.zoneId, vpcId, vpcRegion: context.region },
    context.options,
  );
}

/** @param addresses DNS name of the load balancer, by host */
export function publishHosts(
  context: AwsContext,
  zone: route53.Zone,
  addresses: Readonly<Record<string, Output<string>>>,
): void {
  for (const [host, address] of Object.entries(addresses)) {
    new route53.Record(
      context.name(host),
      { zoneId: zone.zoneId, name: host, type: 'CNAME', ttl: RECORD_TTL_SECONDS, records: [address] },
      { ...context.options, parent: zone },
    );
  }
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function checkZone(
  zone: string,
  hosts: readonly HostDemand[],
  path: string,
): readonly SettingProblem[] {
  if (zone.split('.').length < 2 || !zone.split('.').every((label) => LABEL.test(label))) {
    return [
      {
        path,
        property: 'zone',
        value: zone,
        rule: 'a zone is a domain name in lower case with at least two labels, without a dot at its end',
        remedy: 'write it like infra.service, in the environments of the hub and all its spokes',
      },
    ];
  }
  return hosts
    .filter(({ host }) => !host.endsWith(`.${zone}`))
    .map(({ host }) => ({
      path,
      property: 'zone',
      value: zone,
      rule: `all host names lie in the zone, or nobody could resolve them; ${host} does not`,
      remedy: `name the host <name>.${zone}, or take another zone`,
    }));
}
