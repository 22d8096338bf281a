/** `grafana.ini`: the sections and keys in use, from the configuration reference of Grafana 13. Every value is text. */
import { goDuration, keys, oneOf, path, pattern, text, url, type Model } from '../models/model';

const flag = oneOf('true', 'false');
const number = pattern(/^\d+$/);
const host = pattern(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
/** `host:port`, where the host may be known later. */
const hostAndPort = pattern(/^([a-z0-9.-]+|\$\{cloud:[a-z0-9-]+\}|\$__env\{[A-Z_]+\}):\d+$/);
/** Never in the file itself. */
const secret = pattern(/^\$__file\{\/\S+\}$/);

export const GRAFANA_SETTINGS: Model = keys({
  paths: keys({ data: path, logs: path, plugins: path, provisioning: path }),
  server: keys({
    protocol: oneOf('http', 'https', 'h2', 'socket'),
    http_port: number,
    domain: host,
    root_url: url,
    enable_gzip: flag,
  }),
  database: keys({
    type: oneOf('postgres', 'mysql', 'sqlite3'),
    host: hostAndPort,
    name: text,
    user: text,
    password: secret,
    ssl_mode: oneOf('disable', 'require', 'verify-ca', 'verify-full'),
    ca_cert_path: path,
    max_open_conn: number,
    max_idle_conn: number,
    // In seconds.
    conn_max_lifetime: number,
  }),
  security: keys({
    admin_user: text,
    admin_password: secret,
    secret_key: secret,
    cookie_secure: flag,
    cookie_samesite: oneOf('lax', 'strict', 'none', 'disabled'),
    disable_gravatar: flag,
    strict_transport_security: flag,
    content_security_policy: flag,
  }),
  users: keys({ allow_sign_up: flag, allow_org_create: flag }),
  'auth.anonymous': keys({ enabled: flag }),
  'auth.generic_oauth': keys({
    enabled: flag,
    name: text,
    client_id: text,
    client_secret: secret,
    scopes: text,
    auth_url: url,
    token_url: url,
    api_url: url,
    use_pkce: flag,
    allow_sign_up: flag,
    // JMESPath.
    role_attribute_path: text,
    role_attribute_strict: flag,
    allow_assign_grafana_admin: flag,
    skip_org_role_sync: flag,
  }),
  analytics: keys({ reporting_enabled: flag, check_for_updates: flag, check_for_plugin_updates: flag }),
  log: keys({ mode: oneOf('console', 'file', 'syslog') }),
  'log.console': keys({ format: oneOf('console', 'text', 'json') }),
  metrics: keys({ enabled: flag }),
  plugins: keys({
    preinstall_sync: pattern(/^[a-z0-9-]+@\d+(\.\d+)*(,[a-z0-9-]+@\d+(\.\d+)*)*$/),
    plugin_admin_enabled: flag,
  }),
  unified_alerting: keys({
    enabled: flag,
    ha_listen_address: hostAndPort,
    ha_advertise_address: hostAndPort,
    ha_peers: hostAndPort,
    ha_peer_timeout: goDuration,
  }),
});

/** Sections and keys of an INI file; a line that is neither is named. */
export function readIni(content: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> | undefined;
  for (const line of content.split('\n').filter((candidate) => candidate.trim() !== '')) {
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (name !== undefined) section = sections[name] = {};
    else if (section !== undefined && key !== undefined) section[key] = value ?? '';
    else throw new Error(`neither a section nor a key: ${line}`);
  }
  return sections;
}
