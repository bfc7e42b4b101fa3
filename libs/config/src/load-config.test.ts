import fc from 'fast-check';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';
import { Secret } from './secret.ts';
import { flag, integer, oneOf, secret, text, textMap } from './setting.ts';

const settings = {
  name: text('NAME', 'What it is called.'),
  port: integer('PORT', 'Where it listens.', { min: 1, max: 65535, default: 8080 }),
  verbose: flag('VERBOSE', 'Whether it talks.', { default: false }),
  level: oneOf('LEVEL', 'How much it talks.', { values: ['info', 'debug'], default: 'info' }),
  password: secret('PASSWORD', 'What nobody may read.'),
};

const environment = { NAME: 'catalog', PASSWORD: 'hunter2' };

function faultsOf(given: Record<string, string>): readonly string[] {
  try {
    loadConfig(settings, given);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('values are typed, and absent ones have their defaults', () => {
  const config = loadConfig(settings, environment);
  expect(config).toMatchObject({ name: 'catalog', port: 8080, verbose: false, level: 'info' });
  expect(config.password.reveal()).toBe('hunter2');
});

test('an empty variable counts as absent', () => {
  expect(loadConfig(settings, { ...environment, PORT: '', VERBOSE: '' })).toMatchObject({ port: 8080, verbose: false });
  expect(faultsOf({ ...environment, NAME: '' })).toEqual(['NAME is required (allowed: text)']);
});

test('every fault is told at once, with what is allowed', () => {
  expect(faultsOf({ PORT: '70000', VERBOSE: 'yes', LEVEL: 'loud' })).toEqual([
    'NAME is required (allowed: text)',
    'PORT must be a whole number from 1 to 65535, not "70000"',
    'VERBOSE must be true or false, not "yes"',
    'LEVEL must be info, debug, not "loud"',
    'PASSWORD is required (allowed: text)',
  ]);
});

test.each(['', ' 1', '1.5', '0x10', '1e3', 'NaN', '-1', '١'])('the text %j is no port', (port) => {
  const config = port === '' ? loadConfig(settings, { ...environment, PORT: port }) : undefined;
  if (config) expect(config.port).toBe(8080);
  else expect(faultsOf({ ...environment, PORT: port })).toHaveLength(1);
});

test('"false" is false', () => {
  expect(loadConfig(settings, { ...environment, VERBOSE: 'false' }).verbose).toBe(false);
});

test('texts by name are read from a JSON object, and are none where the variable is absent', () => {
  const keys = textMap('KEY_ARNS', 'Where keys are.');
  expect(loadConfig({ keys }, {}).keys).toEqual({});
  expect(loadConfig({ keys }, { KEY_ARNS: '{"catalog":"arn:1","users":"arn:2"}' }).keys).toEqual({
    catalog: 'arn:1',
    users: 'arn:2',
  });
});

test.each(['catalog', '["catalog"]', 'null', '{"catalog":1}'])('%s is not texts by name', (given) => {
  const load = () => loadConfig({ keys: textMap('KEY_ARNS', 'Where keys are.') }, { KEY_ARNS: given });
  expect(load).toThrow(`KEY_ARNS must be a JSON object of texts, not ${JSON.stringify(given)}`);
});

test('any whole number in the range is read as it is written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65535 }), (port) => {
      expect(loadConfig(settings, { ...environment, PORT: String(port) }).port).toBe(port);
    }),
  );
});

test('a secret prints as [redacted], however it is printed', () => {
  const password = new Secret('hunter2');
  const { password: loaded } = loadConfig(settings, environment);
  const printed = [
    String(password),
    JSON.stringify({ password }),
    inspect({ password, loaded }),
    `in a sentence: ${String(loaded)}`,
  ];
  for (const text of printed) {
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('hunter2');
  }
});
