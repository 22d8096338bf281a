import { certificateAuthorityOf } from '../../../infra/azure/kubeconfig';

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('certificateAuthorityOf', () => {
  it("finds the certificate authority in AKS' own kubeconfig", () => {
    const lines = [
      'clusters:',
      '- cluster:',
      '    certificate-authority-data: Q0E9PQ==',
      '    server: https://a',
    ];
    expect(certificateAuthorityOf(encoded(lines.join('\n')))).toBe('Q0E9PQ==');
  });

  it.each(['', 'clusters: []'])('says so when there is none: %j', (text) => {
    expect(() => certificateAuthorityOf(encoded(text))).toThrow(
      "AKS' kubeconfig names no certificate authority",
    );
  });
});
