import { describe, expect, test } from 'vitest';
import { UserError } from './errors.ts';
import { USAGE, parseOptions, type Options } from './options.ts';

const DEFAULTS: Options = { stack: 'dev', port: 8080, awsPort: 4566, watch: true, state: '.fairlead' };

describe('the command line', () => {
  test.for<[string[], Partial<Options>]>([
    [[], {}],
    [['--stack', 'staging'], { stack: 'staging' }],
    [['--stack=staging'], { stack: 'staging' }],
    [['--port', '9090'], { port: 9090 }],
    [['--port', '0'], { port: 0 }],
    [['--port', '65535'], { port: 65_535 }],
    [['--aws-port', '4567'], { awsPort: 4567 }],
    [['--no-watch'], { watch: false }],
    [['--watch'], { watch: true }],
    [['--service', 'catalog'], { service: 'catalog' }],
    [['--state', '/tmp/state'], { state: '/tmp/state' }],
  ])('%j', ([args, changes]) => {
    expect(parseOptions(args)).toEqual({ ...DEFAULTS, ...changes });
  });

  test('asks for help, whatever else it says', () => {
    expect(parseOptions(['--help', '--port', 'none'])).toBe('help');
  });

  test.for(['65536', '-1', '80.5', '8o80', '', ' 80', '1e3', '0x50'])('does not take "%s" for a port', (text) => {
    for (const option of ['--port', '--aws-port']) {
      const parse = () => parseOptions([`${option}=${text}`]);
      expect(parse).toThrow(UserError);
      expect(parse).toThrow(`${option} must be a port from 0 (any free one) to 65535, not "${text}"`);
    }
  });

  test.for([[['--prot', '1']], [['catalog']], [['--port']], [['--watch=no']]])(
    'is refused with the usage for %j',
    ([args]) => {
      expect(() => parseOptions(args!)).toThrow(UserError);
      expect(() => parseOptions(args!)).toThrow(USAGE);
    },
  );
});

test('the usage names every option with its default', () => {
  const options = ['--stack', '--port', '--aws-port', '--no-watch', '--service', '--state', '--help'];
  expect(USAGE.match(/^ {2}--[a-z-]+/gm)?.map((option) => option.trim())).toEqual(options);
  for (const value of ['dev', '8080', '4566', '.fairlead']) expect(USAGE).toContain(`(${value})`);
});
