export { createDiscovery } from './create-discovery.ts';
export type { Discovery, DiscoveryEvent, Instance, Lease } from './discovery.ts';
export { findZone } from './find-zone.ts';
export { noInstances } from './problems.ts';
export type { DiscoveryConfig } from './settings.ts';
export { StaticDiscovery } from './static-discovery.ts';
