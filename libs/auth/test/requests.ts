import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** A request with this `Authorization`, or with none. */
export function withAuthorization(authorization?: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (authorization !== undefined) request.headers.authorization = authorization;
  return request;
}

export const bearing = (token: string): IncomingMessage => withAuthorization(`Bearer ${token}`);
