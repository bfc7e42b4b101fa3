import type { AwsError } from './aws-error.ts';
import { structure, type Fields, type Reading, type Shape } from './shape.ts';

/** What an operation knows of the request besides its input. */
export interface Call {
  /** Throws AccessDeniedException where the caller's role does not allow the action, by default the operation itself. */
  demand(resourceArn: string, action?: string): void;
}

/** One operation of a service: checks the input, demands permission, answers the output. */
export interface Operation {
  invoke(body: unknown, call: Call, invalid: (message: string) => AwsError): object;
}

/** A service the endpoint can play. */
export interface AwsService {
  /** What people call it. */
  title: string;
  /** The name in IAM actions and in the signature's credential scope. */
  signingName: string;
  /** What stands before the dot in `X-Amz-Target`. */
  targetPrefix: string;
  /** The operations of a REST service by the path that is posted to; absent for AWS JSON. */
  paths?: Readonly<Record<string, string>>;
  operations: Readonly<Record<string, Operation>>;
  /** The service's own error for input that breaks a constraint. */
  invalid(message: string): AwsError;
}

/** Defines an operation; `resourceOf` names what permission is demanded for, by default `*`. */
export function operation<M extends Record<string, Shape<unknown>>>(
  members: M,
  run: (input: Fields<M>, call: Call) => object,
  resourceOf: (input: Fields<M>) => string = () => '*',
): Operation {
  const shape = structure(members);
  return {
    invoke(body, call, invalid) {
      const reading: Reading = { path: '', faults: [] };
      const input = shape.read(body, reading);
      const { faults } = reading;
      const count = faults.length === 1 ? '1 validation error' : `${faults.length} validation errors`;
      if (faults.length > 0) throw invalid(`${count} detected: ${faults.join('; ')}`);
      call.demand(resourceOf(input));
      return run(input, call);
    },
  };
}
