export { StaticSecrets } from './static-secrets.ts';
