/**
 * What a route asks of NGINX, in the controller's annotations.
 * Source: F5 NGINX Ingress Controller 5.5, "Advanced configuration with annotations".
 */
import type { Route } from './nginx-ingress';

export function routeAnnotations(route: Route, service: string): Record<string, string> {
  const seconds = `${route.timeout.toSeconds()}s`;
  return {
    'nginx.org/client-max-body-size': `${route.maxBody.toMebibytes()}m`,
    'nginx.org/proxy-connect-timeout': '5s',
    'nginx.org/proxy-read-timeout': seconds,
    'nginx.org/proxy-send-timeout': seconds,
    // A retry elsewhere would send acknowledged telemetry twice; the sender retries by itself.
    'nginx.org/proxy-next-upstream': 'error timeout',
    'nginx.org/limit-req-rate': `${route.requestsPerSecond}r/s`,
    'nginx.org/limit-req-key': '${binary_remote_addr}',
    'nginx.org/limit-req-zone-size': '16m',
    'nginx.org/limit-req-burst': String(route.requestsPerSecond),
    'nginx.org/limit-req-no-delay': 'true',
    // OTLP clients retry on 429, not on NGINX's own 503 without Retry-After.
    'nginx.org/limit-req-reject-code': '429',
    'nginx.org/ssl-redirect': 'true',
    ...(route.to.protocol === 'otlp-grpc' ? { 'nginx.org/grpc-services': service } : {}),
  };
}
