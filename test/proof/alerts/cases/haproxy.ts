/** The alerts of HAProxy, and of Kibana behind it. */
import type { AlertCases } from './case';

const A = 'job="haproxy", pod="haproxy-a"';
const B = 'job="haproxy", pod="haproxy-b"';
const SHOP = { proxy: 'shop', component: 'haproxy' } as const;

export const haproxyCases: AlertCases = () => [
  {
    alert: 'BackendDown',
    series: { [`haproxy_backend_active_servers{${A}, proxy="shop"}`]: '0x60' },
    silent: {
      [`haproxy_backend_active_servers{${A}, proxy="shop"}`]: '1x60',
      // One of two sees it: its own way there is broken, not the application.
      [`haproxy_backend_active_servers{${B}, proxy="shop"}`]: '0x60',
    },
    fires: { ...SHOP, severity: 'critical' },
  },
  {
    alert: 'KibanaDown',
    series: { [`haproxy_backend_active_servers{${A}, proxy="kibana"}`]: '0x60' },
    silent: {
      [`haproxy_backend_active_servers{${A}, proxy="kibana"}`]: '1x60',
      [`haproxy_backend_active_servers{${A}, proxy="shop"}`]: '0x60',
    },
    fires: { component: 'kibana', severity: 'warning' },
  },
  {
    alert: 'BackendFails',
    series: {
      [`haproxy_backend_http_responses_total{${A}, proxy="shop", code="2xx"}`]: '0+900x60',
      [`haproxy_backend_http_responses_total{${A}, proxy="shop", code="5xx"}`]: '0+100x60',
    },
    silent: {
      [`haproxy_backend_http_responses_total{${A}, proxy="shop", code="2xx"}`]: '0+900x60',
      [`haproxy_backend_http_responses_total{${A}, proxy="shop", code="4xx"}`]: '0+500x60',
    },
    fires: { ...SHOP, severity: 'warning' },
  },
  {
    alert: 'BackendQueueGrows',
    series: { [`haproxy_backend_current_queue{${A}, proxy="shop"}`]: '12x60' },
    silent: { [`haproxy_backend_current_queue{${A}, proxy="shop"}`]: '0x40 3x2 0x18' },
    fires: { ...SHOP, severity: 'warning' },
  },
  {
    alert: 'LoadBalancerFull',
    series: {
      [`haproxy_process_current_connections{${A}}`]: '900x60',
      [`haproxy_process_max_connections{${A}}`]: '1000x60',
    },
    silent: {
      [`haproxy_process_current_connections{${A}}`]: '500x60',
      [`haproxy_process_max_connections{${A}}`]: '1000x60',
    },
    fires: { pod: 'haproxy-a', component: 'haproxy', severity: 'warning' },
  },
  {
    alert: 'LoadBalancerRefusesClients',
    series: { [`haproxy_frontend_requests_denied_total{${A}, proxy="https"}`]: '0+1200x60' },
    // A scanner now and then.
    silent: { [`haproxy_frontend_requests_denied_total{${A}, proxy="https"}`]: '0+60x60' },
    fires: { proxy: 'https', component: 'haproxy', severity: 'warning' },
  },
];
