import fc from 'fast-check';
import { allocatable, instanceType } from '../../../infra/aws/instance-types';

describe('instanceType', () => {
  it('knows the shape of a type by its name', () => {
    expect(instanceType('m7i.xlarge')).toEqual({
      vcpus: 4,
      memoryGibibytes: 16,
      maxPods: 58,
      architecture: 'x86_64',
    });
    expect(instanceType('r8g.2xlarge')).toEqual({
      vcpus: 8,
      memoryGibibytes: 64,
      maxPods: 58,
      architecture: 'arm64',
    });
    expect(instanceType('c6a.large')).toEqual({
      vcpus: 2,
      memoryGibibytes: 4,
      maxPods: 29,
      architecture: 'x86_64',
    });
    expect(instanceType('t3.medium')).toEqual({
      vcpus: 2,
      memoryGibibytes: 4,
      maxPods: 17,
      architecture: 'x86_64',
    });
  });

  it('does not guess', () => {
    for (const name of [
      'm5.xlarge',
      'm7i.metal',
      'p5.48xlarge',
      'm7i',
      '',
      'constructor',
      'm7i.constructor',
    ]) {
      expect([name, instanceType(name)]).toEqual([name, undefined]);
    }
  });
});

describe('allocatable', () => {
  it('leaves out the system, the kubelet and the add-ons', () => {
    const type = instanceType('m7i.xlarge');
    if (type === undefined) throw new Error('m7i.xlarge is known');
    // CPU: 4,000 − (60 + 10 + 2 × 5) − 250. Memory: 16,384 × 0.925 − (255 + 11 × 58) − 100 − 256.
    expect(allocatable(type)).toEqual({ cpuMillis: 3670, memoryMebibytes: 13_906 });
  });

  it('is more than nothing and less than everything, and grows with the size', () => {
    const families = fc.constantFrom('c6i', 'm7g', 'r8g', 'm6a');
    fc.assert(
      fc.property(families, (family) => {
        const nodes = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge'].map((size) => {
          const type = instanceType(`${family}.${size}`);
          if (type === undefined) throw new Error(`${family}.${size} is known`);
          const node = allocatable(type);
          expect(node.cpuMillis).toBeGreaterThan(0);
          expect(node.cpuMillis).toBeLessThan(type.vcpus * 1000);
          expect(node.memoryMebibytes).toBeGreaterThan(0);
          expect(node.memoryMebibytes).toBeLessThan(type.memoryGibibytes * 1024);
          return node;
        });
        const sizes = nodes.map(({ memoryMebibytes }) => memoryMebibytes);
        expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
      }),
    );
  });
});
