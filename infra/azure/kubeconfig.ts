/**
 * How to reach a cluster, without a credential: whoever uses it logs in to Entra ID by the plug-in `kubelogin`, as the person or
 * pipeline that is logged in to the Azure CLI.
 */

/** Entra ID's application of all AKS clusters. @see https://azure.github.io/kubelogin/concepts/aks.html */
const AKS_APPLICATION = '6dae42f8-4368-4678-94ff-3960e28e3630';

export interface KubeconfigProps {
  readonly cluster: string;
  /** Host name of the API server. */
  readonly host: string;
  /** Its certificate authority, base64. */
  readonly certificateAuthority: string;
  readonly tenantId: string;
}

/** In JSON, which is YAML too. */
export function kubeconfig({ cluster, host, certificateAuthority, tenantId }: KubeconfigProps): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: cluster,
        cluster: {
          server: `https://${host}:443`,
          'certificate-authority-data': certificateAuthority,
        },
      },
    ],
    users: [
      {
        name: cluster,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'kubelogin',
            args: [
              ...['get-token', '--login', 'azurecli'],
              ...['--server-id', AKS_APPLICATION, '--tenant-id', tenantId],
            ],
            installHint: 'Install kubelogin: az aks install-cli',
            interactiveMode: 'Never',
            provideClusterInfo: false,
          },
        },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    'current-context': cluster,
  });
}

/**
 * AKS tells its certificate authority in a kubeconfig only.
 * @param encoded a kubeconfig in base64
 * @throws Error when there is none in it
 */
export function certificateAuthorityOf(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const authority = /certificate-authority-data: *([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  if (authority === undefined) throw new Error("AKS' kubeconfig names no certificate authority");
  return authority;
}
