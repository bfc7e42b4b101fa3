import type { Setting, Settings } from './setting.ts';

/** The typed values of {@link Settings}. */
export type Config<Declared extends Settings> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Setting<infer Value> ? Value : never;
};

/** Thrown with every variable that is missing or wrong, so that they are mended in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the configuration is not valid: ${faults.join('; ')}`);
    this.faults = faults;
  }
}

/**
 * Reads the settings from environment variables. An empty variable counts as absent.
 * @throws {ConfigError} naming every variable at fault, what it holds (unless it is a secret) and what it may hold.
 */
export function loadConfig<Declared extends Settings>(
  settings: Declared,
  environment: Readonly<Record<string, string | undefined>>,
): Config<Declared> {
  const faults: string[] = [];
  const entries = Object.entries(settings).map(([name, setting]) => {
    const value = findText(setting, environment);
    const fault = findFault(setting, value);
    if (fault !== undefined) faults.push(`${setting.variable} ${fault}`);
    return [name, fault === undefined ? setting.schema.parse(value) : undefined];
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(Object.fromEntries(entries)) as Config<Declared>;
}

function findText(setting: Setting<unknown>, environment: Readonly<Record<string, string | undefined>>) {
  const text = environment[setting.variable];
  return text === undefined || text === '' ? setting.default : text;
}

function findFault(setting: Setting<unknown>, value: string | undefined): string | undefined {
  if (value === undefined) return `is required (allowed: ${setting.allowed})`;
  if (setting.schema.safeParse(value).success) return undefined;
  const given = setting.isSecret ? '' : `, not ${JSON.stringify(value)}`;
  return `must be ${setting.allowed}${given}`;
}
