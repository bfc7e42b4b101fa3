import type pg from 'pg';
import type { ColumnType, Columns, Statement } from '../src/statement.ts';

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

/**
 * Asks Postgres for the types of a statement and compares them with those it declares.
 * @returns what differs, in words; nothing where the declaration is right
 */
export async function checkStatement(
  client: pg.ClientBase,
  statement: Statement<readonly ColumnType[], Columns>,
): Promise<string[]> {
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
async function describe(
  client: pg.ClientBase,
  { name, text }: Statement<readonly ColumnType[], Columns>,
): Promise<Description> {
  await client.query(`PREPARE "${name}" AS ${text}`);
  const { rows } = await client.query<Description>(
    `SELECT parameter_types::text[] AS parameters, result_types::text[] AS columns
     FROM pg_prepared_statements WHERE name = $1`,
    [name],
  );
  await client.query(`DEALLOCATE "${name}"`);
  const [description] = rows;
  if (!description) throw new Error(`Postgres has no prepared statement ${name}`);
  return description;
}

function toCatalogueName(type: ColumnType): string {
  const base = type.replace(' nullable', '');
  return CATALOGUE_NAMES[base] ?? base;
}
