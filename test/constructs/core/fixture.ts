/**
 * A small platform for unit tests: one namespace, and components that are as simple as the test needs.
 */
import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import { Component, type ComponentInfo } from '../../../constructs/core/component';
import { complete } from '../../../constructs/core/complete';
import { ConfigError } from '../../../constructs/core/config-error';
import type { ContainerSpec } from '../../../constructs/core/container-spec';
import { Platform, type PlatformProps } from '../../../constructs/core/platform';

const PLATFORM: PlatformProps = {
  environment: 'test',
  system: 'test-system',
  tier: 'dev',
  zones: 1,
  secretStore: { kind: 'azure-key-vault', name: 'vault' },
  survivesOutage: Duration.minutes(10),
};

export function testPlatform(props: Partial<PlatformProps> = {}): Platform {
  return new Platform({ ...PLATFORM, nodes: 3, ...props });
}

/** One that does not say how many nodes its cluster has. */
export function platformOfUnknownSize(): Platform {
  return new Platform(PLATFORM);
}

/** A component without any content of its own. */
export class TestComponent extends Component {
  public constructor(scope: Platform, id: string, info: Partial<ComponentInfo> = {}) {
    super(scope, id, { namespace: 'test' }, { layer: 'store', summary: 'A component of a test', ...info });
  }
}

export const CONTAINER: ContainerSpec = {
  image: CATALOG.loki,
  resources: { cpuMillis: 100, memory: Size.mebibytes(128) },
  probes: { readiness: { http: '/ready', port: 3100 } },
};

/** The message of the ConfigError that completing the platform throws; fails when it throws none. */
export function problemsOf(platform: Platform): string {
  try {
    complete(platform);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected the platform to have problems, but it completed');
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
  readonly spec?: Record<string, unknown>;
}

/** Every object of the platform, as synthesised. */
export function manifests(platform: Platform): Manifest[] {
  return platform.components.flatMap((component) => component.toJson() as Manifest[]);
}

export function manifest(platform: Platform, kind: string, name: string): Manifest {
  const found = manifests(platform).find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}
