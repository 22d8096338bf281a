import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { RecordedSecret, recordProgram, revealed, UNKNOWN } from './record';

class Group extends pulumi.ComponentResource {
  public constructor(name: string) {
    super('test:index:Group', name);
    this.registerOutputs();
  }
}

/** A password in a group, and a pet whose prefix is made of it. */
function program(): { readonly shown: pulumi.Output<string> } {
  const group = new Group('group');
  const password = new random.RandomPassword('password', { length: 20 }, { parent: group, protect: true });
  const pet = new random.RandomPet(
    'pet',
    { prefix: pulumi.interpolate`p-${password.result}` },
    { parent: group, dependsOn: [password] },
  );
  return { shown: pet.id };
}

describe('recordProgram', () => {
  it('keeps type, name, parent, inputs and options', async () => {
    const { resources, outputs } = await recordProgram(program);
    expect(resources.map(({ type, name }) => [type, name])).toEqual([
      ['random:index/randomPassword:RandomPassword', 'password'],
      ['random:index/randomPet:RandomPet', 'pet'],
      ['test:index:Group', 'group'],
    ]);
    const [password, pet, group] = resources;
    expect(password?.parent).toBe(group?.urn);
    expect(group?.parent).toBeUndefined();
    expect(password?.options).toMatchObject({
      protect: true,
      retainOnDelete: false,
      custom: true,
      version: '4.21.2',
    });
    expect(pet?.options.dependsOn).toEqual([password?.urn]);
    expect(pet?.inputs.prefix).toEqual(new RecordedSecret('p-random-password-of-password'));
    expect(revealed(pet?.inputs)).toMatchObject({ prefix: 'p-random-password-of-password' });
    expect(outputs).toEqual({ shown: 'pet-id' });
  });

  it('knows in a preview what is not known yet', async () => {
    const { resources } = await recordProgram(program, { preview: true });
    expect(resources).toHaveLength(3);
    expect(revealed(resources[1]?.inputs.prefix)).toBe(UNKNOWN);
  });

  it('hands the settings to the program', async () => {
    const run = (): object => ({ value: new pulumi.Config('hyperion').requireObject<object>('azure') });
    const { outputs } = await recordProgram(run, {
      config: { 'hyperion:azure': { location: 'westeurope' } },
    });
    expect(outputs).toEqual({ value: { location: 'westeurope' } });
  });

  it('fails when the program does, also in an apply', async () => {
    await expect(
      recordProgram(() => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    await expect(
      recordProgram(() => {
        const { result } = new random.RandomPassword('password', { length: 20 });
        new random.RandomPet('pet', {
          prefix: result.apply(() => {
            throw new Error('later');
          }),
        });
      }),
    ).rejects.toThrow('later');
  });

  it('refuses two resources of one URN, as the engine does', async () => {
    await expect(
      recordProgram(() => {
        new random.RandomPet('pet');
        new random.RandomPet('pet');
      }),
    ).rejects.toThrow(
      'two resources have the URN urn:pulumi:hyperion-dev::hyperion::random:index/randomPet:RandomPet::pet',
    );
  });
});
