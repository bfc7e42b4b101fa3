import type { Secret } from '@fairlead/config';

/** How a role logs in. */
export interface DatabaseCredentials {
  readonly username: string;
  readonly password: string;
  /** Whether to speak TLS and verify the certificate of the server. */
  readonly ssl: boolean;
}

/** One version of the credentials of a database. */
export interface CredentialsVersion {
  readonly id: string;
  readonly value: Secret<DatabaseCredentials>;
}

/** Credentials that change while the process runs, such as a rotating secret of `@fairlead/secrets`. */
export interface RotatingCredentials {
  /** Those to log in with. */
  current(): Promise<CredentialsVersion>;
  /** Those that Postgres may accept while a rotation is under way. */
  versions(): Promise<{
    readonly current: CredentialsVersion;
    readonly previous?: CredentialsVersion;
    readonly pending?: CredentialsVersion;
  }>;
  /** Asks for them again, because Postgres refused those it was given. */
  refresh(): Promise<CredentialsVersion>;
}

const FORM = 'a database secret is a JSON object with the texts username, password and ssl ("true" or "false")';

/**
 * Reads the secret that infra makes for a database.
 * @throws where it has another form; the message does not hold the text
 */
export function parseDatabaseCredentials(text: string): DatabaseCredentials {
  const { username, password, ssl } = parseObject(text);
  if (!isFilled(username) || !isFilled(password)) throw new TypeError(FORM);
  if (ssl !== 'true' && ssl !== 'false') throw new TypeError(FORM);
  return { username, password, ssl: ssl === 'true' };
}

/** The error of `JSON.parse` quotes the text, so it goes no further. */
function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    throw new TypeError(FORM);
  }
}

const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== '';
