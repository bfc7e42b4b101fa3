/** A refusal in AWS's words, which the endpoint writes in the shape of the caller's protocol. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Services model `Message`; what their front end refuses says `message`. */
  readonly messageMember: 'Message' | 'message';

  constructor(code: string, message: string, options: { status?: number; messageMember?: 'Message' | 'message' } = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.messageMember = options.messageMember ?? 'Message';
  }
}

/** A refusal of the front end all services share, before the service has seen the request. */
export function frontEndError(code: string, message: string, status = 400): AwsError {
  return new AwsError(code, message, { status, messageMember: 'message' });
}
