export { ConfigError, loadConfig, type Config } from './load-config.ts';
export { Secret } from './secret.ts';
export { flag, integer, oneOf, secret, text, textMap, type Setting, type Settings } from './setting.ts';
