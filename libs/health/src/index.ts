export { Health, type Check, type HealthReport } from './health.ts';
