/**
 * nginx's own configuration as data: directives and blocks, made text once; and what every nginx here begins with.
 */

/** A directive without its semicolon, or a block with what stands in it. */
export type NginxEntry = string | readonly [block: string, entries: readonly NginxEntry[]];

export function nginxLines(entries: readonly NginxEntry[], indent = ''): string[] {
  return entries.flatMap((entry) =>
    typeof entry === 'string'
      ? [`${indent}${entry};`]
      : [`${indent}${entry[0]} {`, ...nginxLines(entry[1], `${indent}  `), `${indent}}`],
  );
}

/** Where it writes: /tmp alone, the rest of its file system is read-only. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const;

/** Process and events: in the foreground, complaining on standard error. */
export function nginxProcess(workers: number, connections: number): readonly NginxEntry[] {
  return [
    'daemon off',
    `worker_processes ${workers}`,
    'pid /tmp/nginx.pid',
    'error_log /dev/stderr warn',
    ['events', [`worker_connections ${connections}`]],
  ];
}

/** For `http`: temporary files, and `$connection_upgrade` for WebSockets. */
export const NGINX_PROXYING: readonly NginxEntry[] = [
  ...TEMPORARY.map((kind) => `${kind}_temp_path /tmp/${kind}`),
  'proxy_http_version 1.1',
  ['map $http_upgrade $connection_upgrade', ['default upgrade', "'' close"]],
];

/** For a `location` through which WebSockets pass. */
export const NGINX_UPGRADE: readonly NginxEntry[] = [
  'proxy_set_header Upgrade $http_upgrade',
  'proxy_set_header Connection $connection_upgrade',
];

/** Past the image's entry point, which wants to write below /etc/nginx. */
export function nginxCommand(configDir: string): readonly string[] {
  return ['nginx', '-e', '/dev/stderr', '-c', `${configDir}/nginx.conf`];
}
