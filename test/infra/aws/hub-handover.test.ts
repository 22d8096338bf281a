/**
 * What a spoke reads of its hub's stack, and what it says when that is not what it expects.
 */
import { readHub } from '../../../infra/aws/hub-handover';
import { recordProgram, RecordedSecret, UNKNOWN, type Recording } from '../record';
import { HUB_HANDOVER } from '../stand-in-outputs';
import { contextOf, SPOKE_ADDRESSES, SPOKE_DEMAND, SPOKE_SETTINGS } from './hub-and-spoke';

const TOKENS = { 'hub-dev': 'token-of-hub-dev', 'hub-prod': 'token-of-hub-prod' };

async function read(handover: unknown, spokeTokens: unknown = TOKENS, preview = false): Promise<Recording> {
  return recordProgram(
    () => {
      const context = contextOf(SPOKE_DEMAND, SPOKE_SETTINGS, SPOKE_ADDRESSES);
      const { token, authority, handover: hub } = readHub(context, 'example/hyperion/hub-infra');
      return { token, authority, zoneId: hub.zoneId };
    },
    {
      preview,
      outputs: ({ type }) =>
        type === 'pulumi:pulumi:StackReference'
          ? { outputs: { handover, spokeTokens }, secretOutputNames: ['spokeTokens'] }
          : undefined,
    },
  );
}

it('reads its own token, as a secret, and no other spoke’s', async () => {
  const { outputs } = await read(HUB_HANDOVER);
  expect(outputs).toEqual({
    token: new RecordedSecret('token-of-hub-dev'),
    authority: HUB_HANDOVER.zoneAuthority,
    zoneId: HUB_HANDOVER.zoneId,
  });
});

it('does not know them in a preview', async () => {
  const { outputs } = await read(HUB_HANDOVER, TOKENS, true);
  expect(outputs.zoneId).toBe(UNKNOWN);
});

it.each([
  [
    'the hub does not know it',
    { ...HUB_HANDOVER, joinRoleArns: {} },
    TOKENS,
    'outputs of the stack example/hyperion/hub-infra: joinRoleArns = undefined\n' +
      '  rule:   the hub knows each of its spokes; it does not know hub-dev\n' +
      "  remedy: add hub-dev to the hub's settings (spokes), and run `pulumi up` there first",
  ],
  [
    'it has no token',
    HUB_HANDOVER,
    { 'hub-prod': 'x' },
    'outputs of the stack example/hyperion/hub-infra: spokeTokens = undefined\n' +
      '  rule:   the hub knows each of its spokes; it does not know hub-dev\n' +
      "  remedy: add hub-dev to the hub's settings (spokes), and run `pulumi up` there first",
  ],
  [
    'a Transit Gateway is in another region',
    { ...HUB_HANDOVER, region: 'eu-west-1' },
    TOKENS,
    'outputs of the stack example/hyperion/hub-infra: region = "eu-west-1"\n' +
      '  rule:   a Transit Gateway serves the networks of its own region, and hub-dev is in eu-central-1\n' +
      "  remedy: put the spoke into eu-west-1, or join all spokes by transit.kind = 'peering'",
  ],
  [
    'an output is not of its type',
    { ...HUB_HANDOVER, vpcId: 7 },
    TOKENS,
    'outputs of the stack example/hyperion/hub-infra: handover: vpcId = 7\n' +
      '  rule:   expected string\n' +
      '  remedy: correct the value',
  ],
  [
    'nobody signed the certificate whom AWS knows',
    { ...HUB_HANDOVER, zoneAuthority: undefined },
    TOKENS,
    'outputs of the stack example/hyperion/hub-infra: zoneAuthority = undefined\n' +
      "  rule:   AWS Private CA did not sign the hub's certificate, so that no stack knows who did\n" +
      '  remedy: set hub.privateAuthority to false, and put the authority into the secret store',
  ],
])('ends where %s', async (_, handover, tokens, message) => {
  await expect(read(handover, tokens)).rejects.toThrow(message);
});
