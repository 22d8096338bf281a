/**
 * A foreign certificate authority becomes a Secret under the name by which programs look for it.
 */
import { SecretRef } from '../../../constructs/core/secrets';
import { TrustedAuthority } from '../../../constructs/secure/trusted-authority';
import { manifests, testPlatform } from '../core/fixture';

test('the certificates of the store come as ca.crt', () => {
  const platform = testPlatform();
  const { trust } = new TrustedAuthority(platform, 'zone-ca', {
    namespace: 'test',
    certificate: SecretRef.named('zone-certificate-authority'),
    of: 'the zone',
  });
  expect(trust).toEqual({ secretName: 'zone-ca-secrets' });
  expect(manifests(platform).find(({ kind }) => kind === 'ExternalSecret')?.spec).toMatchObject({
    target: { name: 'zone-ca-secrets' },
    data: [{ secretKey: 'ca.crt', remoteRef: { key: 'zone-certificate-authority' } }],
  });
});
