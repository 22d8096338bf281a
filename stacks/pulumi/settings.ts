/**
 * A stack's settings, from `Pulumi.<env>.yaml`: read once, all sections judged together.
 *
 * Sections under `hyperion:` hold no secrets; values of secrets that somebody else made stand beside them, one key each and
 * encrypted: `pulumi config set --secret secrets:<name>`.
 */
import { Config, type Output, runtime } from '@pulumi/pulumi';
import { type Static, Type } from '@sinclair/typebox';
import type { SecretDemand } from '../../infra/cloud';
import { parseSettings } from '../../infra/parse-settings';
import type { SettingProblem } from '../../infra/setting-error';
import { Ownership } from '../../infra/tags';
import { IssuerSettings } from './issuers';

const PROJECT = 'hyperion';
const SECRETS = 'secrets';

const ProgramSettings = Type.Object(
  {
    /**
     * What an update waits for: `ready`, or only `applied`, for a cluster without nodes.
     * @default 'ready'
     */
    await: Type.Optional(Type.Union([Type.Literal('ready'), Type.Literal('applied')])),
    /**
     * Secrets that nobody outside the platform has to know, beside those of which the model is certain.
     * @default none
     */
    generatedSecrets: Type.Optional(Type.Array(Type.String())),
    /**
     * Operators that the cluster has without this stack.
     * @default none; in a cluster that exists, all of them
     */
    expectedOperators: Type.Optional(Type.Array(Type.String())),
    /** By name of the `ClusterIssuer` that Certificates name. @default none; in a cluster that exists, all are there */
    issuers: Type.Optional(Type.Record(Type.String(), IssuerSettings)),
  },
  { additionalProperties: false },
);
type ProgramSettings = Static<typeof ProgramSettings>;

const Common = Type.Object(
  {
    cloud: Type.Union([Type.Literal('azure'), Type.Literal('aws'), Type.Literal('existing')]),
    ownership: Type.Optional(Ownership),
    program: Type.Optional(ProgramSettings),
  },
  { additionalProperties: false },
);

type CloudKind = Static<typeof Common>['cloud'];

/** What stands in the file, by section; checked as far as all clouds share it. */
export interface StackSettings {
  readonly cloud: CloudKind;
  readonly ownership?: Ownership;
  readonly program: ProgramSettings;
  /** `hyperion:azure`, `hyperion:aws` or `hyperion:existing`, of which only the cloud's own code knows the form. */
  readonly section: unknown;
  /** Where that section stands. */
  readonly path: string;
  /** Values of secrets, by name. */
  readonly given: Readonly<Record<string, Output<string>>>;
}

export interface ReadSettings {
  /** Undefined when too much is wrong to go on. */
  readonly settings?: StackSettings;
  readonly problems: readonly SettingProblem[];
}

/** Exported by Pulumi's runtime, and left out of its types. */
const { isConfigSecret } = runtime as typeof runtime & { readonly isConfigSecret: (key: string) => boolean };

const SECTIONS = ['cloud', 'ownership', 'program', 'azure', 'aws', 'existing'];

export function readSettings(stack: string): ReadSettings {
  const file = `Pulumi.${stack}.yaml`;
  const keys = Object.keys(runtime.allConfig());
  const sections = new Map<string, unknown>();
  const problems: SettingProblem[] = [...checkKeys(keys, file)];
  for (const name of SECTIONS.filter((one) => keys.includes(`${PROJECT}:${one}`))) {
    const text = new Config(PROJECT).require(name);
    if (name === 'cloud') sections.set(name, text);
    else problems.push(...parseSection(name, text, file, sections));
  }
  const { cloud, ownership, program } = Object.fromEntries(sections);
  const common = parseSettings(
    Common,
    {
      cloud,
      ...(ownership === undefined ? {} : { ownership }),
      ...(program === undefined ? {} : { program }),
    },
    `${file}: ${PROJECT}`,
  );
  problems.push(...common.problems);
  if (!('settings' in common)) return { problems };
  return {
    settings: {
      ...common.settings,
      program: common.settings.program ?? {},
      section: sections.get(common.settings.cloud),
      path: `${file}: ${PROJECT}:${common.settings.cloud}`,
      given: givenSecrets(keys),
    },
    problems: [
      ...problems,
      ...checkSections([...sections.keys()], common.settings.cloud, file),
      ...checkOwnership(common.settings, file),
    ],
  };
}

function parseSection(
  name: string,
  text: string,
  file: string,
  sections: Map<string, unknown>,
): SettingProblem[] {
  try {
    sections.set(name, JSON.parse(text));
    return [];
  } catch {
    return [
      {
        path: file,
        property: `${PROJECT}:${name}`,
        value: text,
        rule: 'a section is a mapping of settings',
        remedy: 'write its settings below it, one a line, as in the samples of the other environments',
      },
    ];
  }
}

function checkKeys(keys: readonly string[], file: string): SettingProblem[] {
  return keys.flatMap((key): SettingProblem[] => {
    const [namespace = '', name = ''] = key.split(':');
    const isSecret = isConfigSecret(key);
    if (namespace === PROJECT && !SECTIONS.includes(name)) {
      return [
        {
          path: file,
          property: key,
          value: undefined,
          rule: `there are the sections ${SECTIONS.join(', ')}`,
          remedy: 'remove it, or correct its spelling',
        },
      ];
    }
    if (namespace === PROJECT && isSecret) {
      return [
        {
          path: file,
          property: key,
          value: '[secret]',
          rule: 'sections are read in review, so that they hold no secrets',
          remedy: `keep the secret's value under a key of its own: pulumi config set --secret ${SECRETS}:<name>`,
        },
      ];
    }
    if (namespace !== SECRETS || isSecret) return [];
    return [
      {
        path: file,
        property: key,
        value: '[hidden]',
        rule: "a secret's value is kept encrypted",
        remedy: `remove it, change the secret where it was made, and run: pulumi config set --secret ${key}`,
      },
    ];
  });
}

function checkSections(present: readonly string[], cloud: CloudKind, file: string): SettingProblem[] {
  const others = ['azure', 'aws', 'existing'].filter((name) => name !== cloud && present.includes(name));
  return others.map((name) => ({
    path: file,
    property: `${PROJECT}:${name}`,
    value: undefined,
    rule: `a stack has the settings of one cloud, and this one's is ${cloud}`,
    remedy: `remove the section, or set ${PROJECT}:cloud to ${name}`,
  }));
}

function checkOwnership({ cloud, ownership }: Static<typeof Common>, file: string): SettingProblem[] {
  if (cloud === 'existing' || ownership !== undefined) return [];
  return [
    {
      path: file,
      property: `${PROJECT}:ownership`,
      value: undefined,
      rule: 'everything in a cloud says whose it is and who pays for it',
      remedy: 'set owner and costCentre',
    },
  ];
}

function givenSecrets(keys: readonly string[]): Record<string, Output<string>> {
  const config = new Config(SECRETS);
  const names = keys
    .filter((key) => key.startsWith(`${SECRETS}:`))
    .map((key) => key.slice(SECRETS.length + 1));
  return Object.fromEntries(names.map((name) => [name, config.requireSecret(name)]));
}

/** @param wanted secrets that somebody else makes */
export function checkGiven(
  given: StackSettings['given'],
  wanted: readonly string[],
  { path, cloud }: Pick<StackSettings, 'path' | 'cloud'>,
): SettingProblem[] {
  const isWanted = (name: string): boolean => cloud !== 'existing' && wanted.includes(name);
  return Object.keys(given)
    .filter((name) => !isWanted(name))
    .map((name) => ({
      path,
      property: `${SECRETS}:${name}`,
      value: '[secret]',
      rule:
        cloud === 'existing'
          ? 'the store of a cluster that is there already is not filled by this stack'
          : `a value is given for a secret that the environment reads and that nobody generates: ${wanted.join(', ') || 'none'}`,
      remedy: `remove it (pulumi config rm ${SECRETS}:${name}), or correct its name`,
    }));
}

/**
 * A name that the operator declares generated is one of which the model is not certain.
 * @param secrets as the model alone sees them
 */
export function checkGenerated(
  { program: { generatedSecrets }, path }: Pick<StackSettings, 'program' | 'path'>,
  secrets: readonly SecretDemand[],
): SettingProblem[] {
  const open = secrets.filter(({ made }) => made === 'given').map(({ name }) => name);
  return (generatedSecrets ?? [])
    .filter((name) => !open.includes(name))
    .map((name) => ({
      path: path.replace(/:[a-z]+$/, ':program'),
      property: 'generatedSecrets',
      value: name,
      rule: `it names secrets of which the model does not know who makes them: ${open.join(', ') || 'none'}`,
      remedy: 'remove it, or correct its name',
    }));
}
