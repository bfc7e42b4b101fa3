import type { IncomingHttpHeaders } from 'node:http';
import type { AwsService } from './service.ts';

/** A complete HTTP answer. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

const CODE = 'UnknownOperationException';

/** Refuses a request to a service that is not played, in the protocol its client reads. */
export function refuseUnsupported(headers: IncomingHttpHeaders, services: readonly AwsService[]): Answer {
  const target = headers['x-amz-target'];
  const service =
    (typeof target === 'string' ? target.split('.')[0] : undefined) ?? signedFor(headers) ?? 'this service';
  const played = services.map(({ title, signingName }) => `${title} (${signingName})`).join(', ');
  const message = `The twin does not play ${service}. It plays ${played}, ECS task metadata and task credentials.`;
  const contentType = headers['content-type'] ?? '';
  if (contentType.includes('cbor')) return cbor(message);
  if (contentType.includes('x-www-form-urlencoded')) return xml(errorXml(message, 'ErrorResponse'));
  if (signedFor(headers) === 's3') return xml(errorXml(message));
  return {
    status: 400,
    // REST clients read the code from the header, JSON clients from the body.
    headers: {
      'content-type': contentType.includes('x-amz-json') ? contentType : 'application/json',
      'x-amzn-errortype': CODE,
    },
    body: JSON.stringify({ __type: CODE, message }),
  };
}

/** The service in the credential scope of a signature. */
export function signedFor({ authorization }: IncomingHttpHeaders): string | undefined {
  return /Credential=[^/,]*\/\d+\/[^/]*\/([^/,]+)\/aws4_request/.exec(authorization ?? '')?.[1];
}

function xml(body: string): Answer {
  return { status: 400, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0"?>\n${body}` };
}

function errorXml(message: string, root?: string): string {
  const escaped = message.replace(/[<&>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const error = `<Error><Type>Sender</Type><Code>${CODE}</Code><Message>${escaped}</Message></Error>`;
  return root === undefined ? error : `<${root}>${error}</${root}>`;
}

/** A map of two strings is all the CBOR that an error needs. */
function cbor(message: string): Answer {
  const body = Buffer.concat([Buffer.of(0xa2), ...['__type', CODE, 'message', message].map(cborText)]);
  return { status: 400, headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' }, body };
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.of(0x79, 0, 0);
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
