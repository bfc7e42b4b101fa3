import { defineService } from '@fairlead/manifest';

export default defineService({
  name: 'payments',
  route: '/payments',
  size: { cpu: 512, memoryMiB: 1024 },
  scaling: { min: 2, max: 20, cpuPercent: 60 },
  database: 'payments',
  secrets: ['payment-provider'],
  calls: ['catalog', 'users'],
});
