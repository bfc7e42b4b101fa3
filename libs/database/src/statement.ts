/** The Postgres types that statements use, and what `pg` makes of each. */
interface PostgresTypes {
  uuid: string;
  text: string;
  /** 32 bits. */
  int4: number;
  /** 64 bits, as text: it does not fit a JavaScript number. */
  int8: string;
  bool: boolean;
  timestamptz: Date;
  /** The text of a JSON document going in, its value coming out. */
  jsonb: unknown;
  bytea: Buffer;
  'uuid[]': readonly string[];
  'text[]': readonly string[];
  'int4[]': readonly number[];
  /** As text, like {@link PostgresTypes.int8}. */
  'int8[]': readonly string[];
}

export type PostgresType = keyof PostgresTypes;

/** A column or parameter; `nullable` where it can be null. */
export type ColumnType = PostgresType | `${PostgresType} nullable`;

type ValueOf<Type extends ColumnType> = Type extends `${infer Base extends PostgresType} nullable`
  ? PostgresTypes[Base] | null
  : Type extends PostgresType
    ? PostgresTypes[Type]
    : never;

export type Columns = Readonly<Record<string, ColumnType>>;

/** The row that columns make. */
export type Row<Declared extends Columns> = { [Name in keyof Declared]: ValueOf<Declared[Name]> };

/** The values that parameters take, in order. */
export type Values<Parameters extends readonly ColumnType[]> = {
  [Index in keyof Parameters]: ValueOf<Parameters[Index]>;
};

/** SQL with the types of what goes in and what comes out. `checkStatements` compares them with what Postgres says. */
export interface Statement<Parameters extends readonly ColumnType[], Declared extends Columns> {
  /** Each connection parses and plans a named statement once; names are unique within a service. */
  name: string;
  text: string;
  parameters: Parameters;
  columns: Declared;
}

export const statement = <const Parameters extends readonly ColumnType[], const Declared extends Columns>(
  definition: Statement<Parameters, Declared>,
): Statement<Parameters, Declared> => definition;
