/**
 * One environment as the command line sees it: how to compose it, and what it is let off, by whom and until when.
 */
import type { Waiver } from '../constructs/core/catalog-checks';
import type { Platform, Tier } from '../constructs/core/platform';
import type { Site } from '../infra/cloud';
import type { CloudException } from '../policies/cloud/exception';
import type { PolicyException } from '../policies/exception';

export interface Environment {
  /** The system that it is an instance of, e.g. `hyperion`. */
  readonly system: string;
  readonly tier: Tier;
  /** What it is, in one sentence, for `hyperion envs`. */
  readonly describe: string;
  /** The cloud under it, and the addresses that its network has there. */
  readonly site: Site;
  /**
   * Composes it and completes the model.
   * @throws ConfigError with every problem
   */
  readonly build: () => Platform;
  /** @default none: every object keeps every rule */
  readonly exceptions?: readonly PolicyException[];
  /** Of its cloud's resources. @default none */
  readonly cloudExceptions?: readonly CloudException[];
  /** @default none: every component is supported by its makers */
  readonly waivers?: readonly Waiver[];
}

/** By name. */
export type Environments = Readonly<Record<string, Environment>>;
