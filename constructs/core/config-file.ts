/**
 * A component's own configuration: typed data until the last moment, then exactly the text that the container reads.
 */
import type { AnyEndpoint } from './endpoint';
import type { Platform } from './platform';
import { toYaml } from './yaml';

export interface ConfigFile {
  /** File name, unique in the component, e.g. `config.yaml`. */
  readonly name: string;
  readonly text: string;
}

export const ConfigFile = {
  /** YAML in the order of the object's keys; a value that contains an endpoint's address is marked with its source. */
  yaml: (platform: Platform, name: string, config: object): ConfigFile => ({
    name,
    text: toYaml(config, { comment: endpointComment(platform) }),
  }),
  json: (name: string, config: object): ConfigFile => ({
    name,
    text: `${JSON.stringify(config, null, 2)}\n`,
  }),
  /** Java properties: one `key=value` a line, sorted. */
  properties: (name: string, config: Readonly<Record<string, string | number | boolean>>): ConfigFile => ({
    name,
    text: Object.keys(config)
      .sort()
      .map((key) => `${key}=${String(config[key])}\n`)
      .join(''),
  }),
  /** For formats of their own, rendered by the component's typed renderer. */
  lines: (name: string, lines: readonly string[]): ConfigFile => ({
    name,
    text: lines.map((line) => `${line}\n`).join(''),
  }),
};

/** Longest address first, so that `host:8080` is not taken for `host:80`. */
function endpointComment(platform: Platform): (value: string) => string | undefined {
  const candidates: { text: string; endpoint: AnyEndpoint }[] = [];
  for (const endpoint of platform.graph.endpoints) {
    if (endpoint.owner.reach.kind === 'pods' || endpoint.owner.host.includes('.')) {
      candidates.push({ text: endpoint.hostPort, endpoint });
    }
  }
  candidates.sort((a, b) => b.text.length - a.text.length);
  return (value) => {
    const found = candidates.find((candidate) => value.includes(candidate.text));
    return found === undefined ? undefined : `from ${found.endpoint.owner.id}/${found.endpoint.name}`;
  };
}
