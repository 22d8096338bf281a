/**
 * The environment's public zone: what the gateway serves has its public address, everything else the internal address of its
 * load balancer, which only networks that are let in can reach. Issuers of certificates prove the names in it (DNS-01).
 */
import { type Static, Type } from '@sinclair/typebox';
import type { Input, Output } from '@pulumi/pulumi';
import * as dns from '@pulumi/azure-native/dns';
import type { CloudDemand } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { type AzureContext, inLayer } from './context';
import { makeOperatorIdentity, type WorkloadIdentity } from './identity';

export const DnsSettings = Type.Object(
  {
    /** The environment's domain, e.g. `hyperion.example.com`; the zone above delegates it to the output `nameServers`. */
    zone: Type.String(),
  },
  { additionalProperties: false },
);
export type DnsSettings = Static<typeof DnsSettings>;

export interface PublicDns {
  readonly zoneId: Output<string>;
  readonly nameServers: Output<string[]>;
  /** Points a host of the zone to an address. */
  readonly point: (host: string, address: Input<string>) => void;
}

/** How long others may keep an address: a gateway's is static, and a correction should not take an hour. */
const TTL_SECONDS = 300;

export function makeDns(outer: AzureContext, { zone: zoneName }: DnsSettings): PublicDns {
  const context = inLayer(outer, 'Dns');
  const { resourceGroupName, tags } = context;
  const zone = new dns.Zone(
    context.name('zone'),
    { zoneName, resourceGroupName, location: 'global', zoneType: 'Public', tags },
    // A new zone may have other name servers, which the zone above does not know.
    { ...context.options, protect: context.tier === 'prod' },
  );
  return {
    zoneId: zone.id,
    nameServers: zone.nameServers,
    point: (host, address) => {
      const name = relativeName(host, zoneName) ?? host;
      new dns.RecordSet(
        context.name(`record-${name === '@' ? 'apex' : name}`),
        {
          zoneName: zone.name,
          resourceGroupName,
          recordType: 'A',
          relativeRecordSetName: name,
          ttl: TTL_SECONDS,
          aRecords: [{ ipv4Address: address }],
        },
        context.options,
      );
    },
  };
}

/** Who makes certificates in the cluster: proves a name by a TXT record in the zone, which no port 80 needs to be open for. */
export function makeCertManagerIdentity(
  context: AzureContext,
  { zoneId }: Pick<PublicDns, 'zoneId'>,
  issuerUrl: Output<string>,
): WorkloadIdentity {
  return makeOperatorIdentity(context, 'cert-manager', issuerUrl, {
    name: 'cert-manager-writes-zone',
    role: 'DNS Zone Contributor',
    scope: zoneId,
  });
}

/** @returns undefined for a host outside the zone */
function relativeName(host: string, zone: string): string | undefined {
  if (host === zone) return '@';
  return host.endsWith(`.${zone}`) ? host.slice(0, -zone.length - 1) : undefined;
}

/** A domain of two labels or more, in lower case. */
const DOMAIN = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

export function checkDns(
  { hosts }: Pick<CloudDemand, 'hosts'>,
  { zone }: DnsSettings,
  path: string,
): SettingProblem[] {
  if (!DOMAIN.test(zone)) {
    return [
      {
        path,
        property: 'zone',
        value: zone,
        rule: 'an environment has a domain of its own, in lower case and without a dot at the end',
        remedy: "set the domain that the environment's values name, e.g. hyperion.example.com",
      },
    ];
  }
  return hosts
    .filter(({ host }) => relativeName(host, zone) === undefined)
    .map(({ host }) => ({
      path,
      property: 'zone',
      value: zone,
      rule: `every host to which the platform answers lies in the environment's domain, and ${host} does not`,
      remedy: "set the domain that the environment's values name",
    }));
}
