/**
 * Azure's public regions, and which have availability zones.
 * Source: Microsoft Learn, "List of Azure regions", read in November 2026.
 */
const WITH_ZONES = [
  ...['australiaeast', 'austriaeast', 'belgiumcentral', 'brazilsouth', 'canadacentral', 'centralindia'],
  ...['centralus', 'chilecentral', 'eastasia', 'eastus', 'eastus2', 'francecentral', 'germanywestcentral'],
  ...['indonesiacentral', 'israelcentral', 'italynorth', 'japaneast', 'japanwest', 'koreacentral'],
  ...['malaysiawest', 'mexicocentral', 'newzealandnorth', 'northeurope', 'norwayeast', 'polandcentral'],
  ...['qatarcentral', 'southafricanorth', 'southcentralus', 'southeastasia', 'spaincentral', 'swedencentral'],
  ...['switzerlandnorth', 'uaenorth', 'uksouth', 'westeurope', 'westus2', 'westus3'],
];

const WITHOUT_ZONES = [
  ...['australiacentral', 'australiasoutheast', 'canadaeast', 'francesouth', 'germanynorth', 'koreasouth'],
  ...['northcentralus', 'norwaywest', 'southafricawest', 'southindia', 'switzerlandwest', 'uaecentral'],
  ...['ukwest', 'westcentralus', 'westindia', 'westus'],
];

/** Zones of a region that has some. */
const ZONES_OF_A_REGION = 3;

/** @returns undefined for a region that Azure does not have */
export function zonesIn(location: string): number | undefined {
  if (WITH_ZONES.includes(location)) return ZONES_OF_A_REGION;
  return WITHOUT_ZONES.includes(location) ? 1 : undefined;
}
