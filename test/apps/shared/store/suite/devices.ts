/** Devices, metrics and latest samples. */
import { gpuReading, METRIC, SECOND_US, START_US, type CurrentStore } from './readings';

export function devicesSuite(current: CurrentStore): void {
  describe('devices and metrics', () => {
    beforeEach(async () => {
      await current().writer.write([
        gpuReading(1, 5 * SECOND_US, 1),
        gpuReading(1, 9 * SECOND_US, 2),
        gpuReading(2, 0, 3),
        gpuReading(10, SECOND_US, 4),
        { ...gpuReading(2, 20 * SECOND_US, 5), metric: 'DCGM_FI_DEV_FB_USED' },
        { metric: 'up', timeUs: START_US + 3, value: 1, tags: { hostname: 'host-0' } },
      ]);
    });

    it('lists devices by uuid, with first and last time', async () => {
      expect(await current().reader.devices({}, { limit: 10 })).toEqual([
        {
          uuid: 'GPU-1',
          hostname: 'host-0',
          model: 'NVIDIA A100',
          gpuId: '1',
          device: 'nvidia1',
          firstSeenUs: START_US + 5 * SECOND_US,
          lastSeenUs: START_US + 9 * SECOND_US,
        },
        expect.objectContaining({ uuid: 'GPU-10', hostname: 'host-1', lastSeenUs: START_US + SECOND_US }),
        expect.objectContaining({
          uuid: 'GPU-2',
          firstSeenUs: START_US,
          lastSeenUs: START_US + 20 * SECOND_US,
        }),
      ]);
    });

    it('goes on behind a uuid', async () => {
      const first = await current().reader.devices({}, { limit: 2 });
      const second = await current().reader.devices({}, { limit: 2, after: first.at(-1)?.uuid });
      expect([...first, ...second].map(({ uuid }) => uuid)).toEqual(['GPU-1', 'GPU-10', 'GPU-2']);
      expect(await current().reader.devices({}, { limit: 2, after: 'GPU-2' })).toEqual([]);
    });

    it('chooses devices', async () => {
      const uuids = async (filter: object): Promise<string[]> =>
        (await current().reader.devices(filter, { limit: 10 })).map(({ uuid }) => uuid);
      expect(await uuids({ hostname: 'host-0' })).toEqual(['GPU-1', 'GPU-2']);
      expect(await uuids({ model: 'NVIDIA A100' })).toEqual(['GPU-1']);
      expect(await uuids({ uuids: ['GPU-10', 'GPU-2', 'none'] })).toEqual(['GPU-10', 'GPU-2']);
    });

    it('shows where a device that has moved is now', async () => {
      const { tags } = gpuReading(1, 0, 0);
      await current().writer.write([
        gpuReading(1, 30 * SECOND_US, 1, { tags: { ...tags, hostname: 'host-9' } }),
      ]);
      const [device] = await current().reader.devices({ uuids: ['GPU-1'] }, { limit: 1 });
      expect(device).toMatchObject({ hostname: 'host-9', firstSeenUs: START_US + 5 * SECOND_US });
    });

    it('lists metrics by name', async () => {
      expect(await current().reader.metrics({})).toEqual([
        { metric: 'DCGM_FI_DEV_FB_USED', devices: 1, lastSeenUs: START_US + 20 * SECOND_US },
        { metric: METRIC, devices: 3, lastSeenUs: START_US + 9 * SECOND_US },
        { metric: 'up', devices: 0, lastSeenUs: START_US + 3 },
      ]);
      expect(await current().reader.metrics({ uuids: ['GPU-10'] })).toEqual([
        { metric: METRIC, devices: 1, lastSeenUs: START_US + SECOND_US },
      ]);
    });

    it('gives the last sample of each series', async () => {
      const latest = await current().reader.latest({}, 10);
      expect(latest.map(({ metric, tags, value }) => [tags.uuid, metric, value])).toEqual([
        [undefined, 'up', 1],
        ['GPU-1', METRIC, 2],
        ['GPU-10', METRIC, 4],
        ['GPU-2', 'DCGM_FI_DEV_FB_USED', 5],
        ['GPU-2', METRIC, 3],
      ]);
      expect(await current().reader.latest({ metric: METRIC, hostname: 'host-1' }, 10)).toEqual([
        { metric: METRIC, value: 4, timeUs: START_US + SECOND_US, tags: gpuReading(10, 0, 0).tags },
      ]);
      expect(await current().reader.latest({}, 2)).toHaveLength(2);
    });

    it('does not take a late arrival for the latest', async () => {
      await current().writer.write([gpuReading(1, SECOND_US, 77)]);
      const [latest] = await current().reader.latest({ uuids: ['GPU-1'] }, 10);
      expect(latest).toMatchObject({ value: 2, timeUs: START_US + 9 * SECOND_US });
      const [device] = await current().reader.devices({ uuids: ['GPU-1'] }, { limit: 1 });
      expect(device).toMatchObject({ firstSeenUs: START_US + SECOND_US });
    });
  });
}
