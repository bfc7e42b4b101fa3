import type pg from 'pg';
import { openConnection, toClientConfig, toLogin } from '../src/connection.ts';
import type { ColumnType, Columns, Statement } from '../src/statement.ts';
import type { TestDatabase } from './create-test-database.ts';

/** How Postgres writes the types of {@link ColumnType} in its catalogue. */
const CATALOGUE_NAMES: Record<string, string> = {
  int4: 'integer',
  int8: 'bigint',
  bool: 'boolean',
  timestamptz: 'timestamp with time zone',
};

interface Description {
  parameters: string[];
  columns: string[];
}

type AnyStatement = Statement<readonly ColumnType[], Columns>;

/**
 * Asks Postgres for the types of statements and compares them with those they declare.
 * @returns what differs, in words; nothing where the declarations are right
 */
export async function checkStatements(
  { config, credentials }: Pick<TestDatabase, 'config' | 'credentials'>,
  statements: readonly AnyStatement[],
): Promise<string[]> {
  const client = await openConnection({ ...toClientConfig(config), ...toLogin(await credentials.current()) });
  try {
    const faults = [];
    for (const statement of statements) faults.push(...(await checkStatement(client, statement)));
    return faults;
  } finally {
    await client.end();
  }
}

async function checkStatement(client: pg.Client, statement: AnyStatement): Promise<string[]> {
  const declared: Description = {
    parameters: statement.parameters.map(toCatalogueName),
    columns: Object.values(statement.columns).map(toCatalogueName),
  };
  const actual = await describe(client, statement);
  return (['parameters', 'columns'] as const)
    .filter((part) => declared[part].join() !== actual[part].join())
    .map((part) => `${statement.name}: ${part} are ${actual[part].join(', ')}, not ${declared[part].join(', ')}`);
}

/** https://www.postgresql.org/docs/18/view-pg-prepared-statements.html */
async function describe(client: pg.Client, { name, text }: AnyStatement): Promise<Description> {
  await client.query(`PREPARE "${name}" AS ${text}`);
  const { rows } = await client.query<Description>(
    `SELECT parameter_types::text[] AS parameters, coalesce(result_types, '{}')::text[] AS columns
     FROM pg_prepared_statements WHERE name = $1`,
    [name],
  );
  await client.query(`DEALLOCATE "${name}"`);
  const [description] = rows;
  if (!description) throw new Error(`Postgres has no prepared statement ${name}`);
  return description;
}

function toCatalogueName(type: ColumnType): string {
  const [, base = '', array = ''] = /^(\w+)(\[\])?/.exec(type) ?? [];
  return (CATALOGUE_NAMES[base] ?? base) + array;
}
