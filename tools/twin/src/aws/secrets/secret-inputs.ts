import { AwsError, frontEndError } from '../protocol/aws-error.ts';
import { findPage } from '../protocol/paging.ts';
import { integer, list, oneOf, optional, structure, text, type Shape } from '../protocol/shape.ts';
import type { SecretValue } from './secret.ts';

/** The name or ARN of a secret. */
export const secretId: Shape<string> = text({ min: 1, max: 2048 });
/** What becomes, or is, the id of a version. */
export const versionId = optional(text({ min: 32, max: 64 }));
export const versionStage: Shape<string> = text({ min: 1, max: 256 });
export const nextToken = optional(text({ min: 1, max: 4096 }));
export const description = optional(text({ max: 2048 }));
export const kmsKeyId = optional(text({ max: 2048 }));
export const tags = list(structure({ Key: text({ min: 1, max: 128 }), Value: optional(text({ max: 256 })) }));
export const filters = list(
  structure({
    Key: oneOf('description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'),
    Values: list(text({ max: 512, pattern: /^!?[a-zA-Z0-9 :_@/+=.\-!]*$/ }), { min: 1, max: 10 }),
  }),
  { max: 10 },
);

/** The members that carry a value; a body in base64 is a third longer than its bytes. */
export const valueMembers = {
  SecretString: optional(text({ min: 1, max: 65_536, sensitive: true })),
  SecretBinary: optional(text({ min: 1, max: 87_384, sensitive: true })),
  ClientRequestToken: versionId,
};

interface ValueInput {
  SecretString: string | undefined;
  SecretBinary: string | undefined;
  ClientRequestToken: string | undefined;
}

/** The value and version id of an input, or nothing where it carries no value. */
export function findNewValue(input: ValueInput): { id: string; value: SecretValue } | undefined {
  const { SecretString, SecretBinary, ClientRequestToken } = input;
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const data = SecretString ?? SecretBinary;
  if (data === undefined) return undefined;
  if (ClientRequestToken === undefined) {
    throw new AwsError(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  }
  return { id: ClientRequestToken, value: { kind: SecretString === undefined ? 'binary' : 'string', data } };
}

/** @throws {AwsError} where a secret can't have the name. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) return;
  throw frontEndError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

export const maxResults = optional(integer(1, 100));

/** One page of a list. */
export function page<T>(
  items: readonly T[],
  request: { MaxResults: number | undefined; NextToken: string | undefined },
): { items: T[]; nextToken?: string } {
  const found = findPage(items, { maxResults: request.MaxResults ?? 100, nextToken: request.NextToken });
  if (found) return found;
  throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.');
}

/** The refusal of a parameter's value. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
