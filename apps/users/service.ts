import { defineService } from '@fairlead/manifest';

export default defineService({
  name: 'users',
  route: '/users',
  // Hashing passwords takes the CPU; two at once take 38 MiB beside what the process needs.
  size: { cpu: 512, memoryMiB: 1024 },
  scaling: { min: 2, max: 10, cpuPercent: 60 },
  database: 'users',
  secrets: [
    { name: 'signing-key', generate: 'ed25519-key' },
    { name: 'admin-password', generate: 'password' },
  ],
  environment: { ADMIN_EMAIL: '' },
});
