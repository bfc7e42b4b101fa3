import { defineService } from '@fairlead/manifest';

export default defineService({
  name: 'catalog',
  route: '/products',
  size: { cpu: 256, memoryMiB: 512 },
  scaling: { min: 2, max: 10, cpuPercent: 60 },
  database: 'catalog',
  calls: ['users'],
  environment: { SEED_PRODUCTS: 'false' },
});
