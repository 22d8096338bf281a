/**
 * What the hub's stack hands to the spokes' stacks, as its outputs: written by the one and read by the others by the same types.
 */
import { Type, type Static } from '@sinclair/typebox';
import { StackReference, secret, type Output } from '@pulumi/pulumi';
import { parseSettings } from '../parse-settings';
import { SettingError, type SettingProblem } from '../setting-error';
import type { AwsContext } from './context';

export const HubHandover = Type.Object({
  accountId: Type.String(),
  region: Type.String(),
  vpcId: Type.String(),
  /** The Route 53 private zone of the hub's names. */
  zoneId: Type.String(),
  /** Roles in the hub's account that spokes' stacks assume, by the spoke's environment. */
  joinRoleArns: Type.Record(Type.String(), Type.String()),
  transitGateway: Type.Optional(
    Type.Object({
      id: Type.String(),
      shareArn: Type.String(),
      hubRouteTableId: Type.String(),
      spokesRouteTableId: Type.String(),
    }),
  ),
  /** The hub's VPC route table to which a peered spoke adds its own block. */
  connectedRouteTableId: Type.String(),
  /** PEM of the authority that signed the load balancer's certificate, where AWS Private CA keeps it. */
  zoneAuthority: Type.Optional(Type.String()),
});
export type HubHandover = Static<typeof HubHandover>;

/** Names of the outputs. */
export const HANDOVER_OUTPUTS = { handover: 'handover', spokeTokens: 'spokeTokens' } as const;

const SpokeTokens = Type.Record(Type.String(), Type.String({ minLength: 1 }));

export interface HubSeenFromSpoke {
  readonly handover: Output<HubHandover>;
  /** What this spoke's agents present to the hub; a secret. */
  readonly token: Output<string>;
  /** PEM. @throws (when it is used) where the hub's certificate has another authority */
  readonly authority: Output<string>;
}

/**
 * Reads the hub's outputs. Wrong ones end the program where they are used first, with what is wrong and what to do.
 * @param stack e.g. `example/hyperion/hub-infra`
 */
export function readHub({ environment, region, options }: AwsContext, stack: string): HubSeenFromSpoke {
  const reference = new StackReference(stack, {}, { parent: options.parent });
  const place = `outputs of the stack ${stack}`;
  const handover = reference.requireOutput(HANDOVER_OUTPUTS.handover).apply((value: unknown) => {
    const parsed = parseSettings(HubHandover, value, `${place}: ${HANDOVER_OUTPUTS.handover}`);
    if (!('settings' in parsed)) throw new SettingError(parsed.problems);
    checkHandover(parsed.settings, { environment, region, place });
    return parsed.settings;
  });
  const token = reference.requireOutput(HANDOVER_OUTPUTS.spokeTokens).apply((value: unknown) => {
    const parsed = parseSettings(SpokeTokens, value, `${place}: ${HANDOVER_OUTPUTS.spokeTokens}`);
    const found = 'settings' in parsed ? parsed.settings[environment] : undefined;
    if (found === undefined)
      throw new SettingError([unknownSpoke(environment, place, HANDOVER_OUTPUTS.spokeTokens)]);
    return found;
  });
  const authority = handover.apply(({ zoneAuthority }) => {
    if (zoneAuthority !== undefined) return zoneAuthority;
    throw new SettingError([noAuthority(place)]);
  });
  return { handover, token: secret(token), authority };
}

function checkHandover(
  hub: HubHandover,
  { environment, region, place }: { environment: string; region: string; place: string },
): void {
  if (hub.joinRoleArns[environment] === undefined) {
    throw new SettingError([unknownSpoke(environment, place, 'joinRoleArns')]);
  }
  if (hub.transitGateway !== undefined && hub.region !== region) {
    throw new SettingError([
      {
        path: place,
        property: 'region',
        value: hub.region,
        rule: `a Transit Gateway serves the networks of its own region, and ${environment} is in ${region}`,
        remedy: `put the spoke into ${hub.region}, or join all spokes by transit.kind = 'peering'`,
      },
    ]);
  }
}

function noAuthority(path: string): SettingProblem {
  return {
    path,
    property: 'zoneAuthority',
    value: undefined,
    rule: "AWS Private CA did not sign the hub's certificate, so that no stack knows who did",
    remedy: 'set hub.privateAuthority to false, and put the authority into the secret store',
  };
}

function unknownSpoke(environment: string, place: string, property: string): SettingProblem {
  return {
    path: place,
    property,
    value: undefined,
    rule: `the hub knows each of its spokes; it does not know ${environment}`,
    remedy: `add ${environment} to the hub's settings (spokes), and run \`pulumi up\` there first`,
  };
}
