/**
 * The annotations of the AWS Load Balancer Controller: text only, lists and maps in its own notation.
 * Source: its guide, "Ingress annotations".
 */
type AlbAnnotation =
  | 'backend-protocol'
  | 'certificate-arn'
  | 'group.name'
  | 'healthcheck-path'
  | 'healthcheck-port'
  | 'healthcheck-protocol'
  | 'listen-ports'
  | 'load-balancer-attributes'
  | 'manage-backend-security-group-rules'
  | 'scheme'
  | 'security-groups'
  | 'ssl-policy'
  | 'success-codes'
  | 'target-group-attributes'
  | 'target-type';

export function albAnnotations(
  values: Readonly<Partial<Record<AlbAnnotation, string>>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`alb.ingress.kubernetes.io/${name}`, value]),
  );
}

export function mapAnnotation(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
