import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, frontEndError } from './aws-error.ts';
import type { AwsService, Call, Operation } from './service.ts';
import type { Answer } from './unsupported-service.ts';

/** Whether an access key may do an action; `accessKeyId` is empty where the request names none. */
export type Authorize = (accessKeyId: string, action: string, resourceArn: string) => boolean;

/** What a request is permitted, and who makes it. */
export interface Caller {
  accessKeyId: string;
  /** The principal in a refusal's message. */
  arn: string;
  authorize: Authorize;
}

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** The service a request's `X-Amz-Target` names, where it is played. */
export function findService(target: string, services: readonly AwsService[]): AwsService | undefined {
  return services.find(({ targetPrefix }) => target.startsWith(`${targetPrefix}.`));
}

/** The target that a request to a REST service would name, where the service is played. */
export function findRestTarget(method = '', path: string, services: readonly AwsService[]): string | undefined {
  const service = services.find(({ paths = {} }) => method === 'POST' && Object.hasOwn(paths, path));
  return service && `${service.targetPrefix}.${service.paths?.[path] ?? ''}`;
}

/** The access key a request is signed with. @throws {AwsError} where it is not signed. */
export function readAccessKeyId({ authorization }: IncomingHttpHeaders): string {
  if (!authorization) throw frontEndError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const accessKeyId = /Credential=([^/,\s]+)/.exec(authorization)?.[1];
  if (accessKeyId !== undefined) return accessKeyId;
  throw frontEndError('IncompleteSignatureException', "Authorization header requires 'Credential' parameter.");
}

/** Runs the operation that the target names. */
export function invoke(service: AwsService, target: string, body: Buffer, caller: Caller): Answer {
  const name = target.slice(service.targetPrefix.length + 1);
  const operation = findOperation(service, name);
  const call: Call = {
    demand(resourceArn, action = `${service.signingName}:${name}`) {
      if (!caller.authorize(caller.accessKeyId, action, resourceArn)) throw denied(caller.arn, action, resourceArn);
    },
  };
  const output = operation.invoke(parse(body), call, (message) => service.invalid(message));
  return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: JSON.stringify(output) };
}

/** Writes a refusal; JSON clients read its code from the body, so AWS sends no error type header with it. */
export function refuse({ code, status, message, messageMember }: AwsError): Answer {
  const body = JSON.stringify({ __type: code, [messageMember]: message });
  return { status, headers: { 'content-type': CONTENT_TYPE }, body };
}

/** The same answer for a client of a REST service, which reads the code of a refusal from a header. */
export function asRest({ status, headers, body }: Answer, code?: string): Answer {
  const type = { ...headers, 'content-type': 'application/json' };
  return { status, headers: code === undefined ? type : { ...type, 'x-amzn-errortype': code }, body };
}

function findOperation(service: AwsService, name: string): Operation {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation) return operation;
  const played = Object.keys(service.operations).sort().join(', ');
  throw frontEndError('UnknownOperationException', `${service.title}: the twin plays ${played}; not ${name}.`);
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    // The parser's own message quotes the body, which can hold a secret.
    throw Object.assign(frontEndError('SerializationException', 'The request body is not valid JSON.'), { cause });
  }
}

function denied(principal: string, action: string, resourceArn: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${principal} is not authorized to perform: ${action} on resource: ${resourceArn} ` +
      `because no identity-based policy allows the ${action} action`,
  );
}
