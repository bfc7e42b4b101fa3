import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { frontEndError } from './protocol/aws-error.ts';
import { signedFor, type Answer } from './protocol/unsupported-service.ts';

const MODES = ['down', 'slow'] as const;

/** `down`: connections are cut. `slow`: answers come when every client has given up. */
export type OutageMode = (typeof MODES)[number];

const PATH = /^\/outages\/([a-z0-9-]+)$/;

const outageSchema = z.strictObject({
  mode: z.enum(MODES, `must be one of ${MODES.join(', ')}`),
  seconds: z.number('must be 1 to 3600').min(1, 'must be 1 to 3600').max(3600, 'must be 1 to 3600'),
});

/** Services that are made to fail for a while, to see what becomes of the platform. */
export class Outages {
  readonly #names: readonly string[];
  readonly #outages = new Map<string, { mode: OutageMode; until: number }>();

  /** @param names what services are called in the credential scope of a signature */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Answers `PUT /outages/<service>` with `{ mode, seconds }` and `DELETE`; nothing where the request is another one. */
  answer(method: string, path: string, body: Buffer): Answer | undefined {
    const [, name] = PATH.exec(path) ?? [];
    if (name === undefined) return undefined;
    if (!this.#names.includes(name)) {
      throw frontEndError('ValidationException', `no service is called ${name}; allowed: ${this.#names.join(', ')}`);
    }
    if (method === 'DELETE') this.#outages.delete(name);
    else if (method === 'PUT') this.#begin(name, body);
    else throw frontEndError('ValidationException', `${method} is not allowed here; allowed: PUT, DELETE`);
    return { status: 204, headers: {}, body: '' };
  }

  /** How the service that a request is signed for fails at this moment. */
  ofRequest(headers: IncomingHttpHeaders): OutageMode | undefined {
    const name = signedFor(headers);
    return name === undefined ? undefined : this.find(name);
  }

  /** How a service fails at this moment. */
  find(name: string): OutageMode | undefined {
    const outage = this.#outages.get(name);
    return outage && outage.until > Date.now() ? outage.mode : undefined;
  }

  #begin(name: string, body: Buffer): void {
    const { mode, seconds } = read(body);
    this.#outages.set(name, { mode, until: Date.now() + seconds * 1000 });
  }
}

function read(body: Buffer): z.output<typeof outageSchema> {
  const { data, error } = outageSchema.safeParse(parse(body));
  if (data) return data;
  const faults = error.issues.map(({ path, message }) => `${path.join('.') || 'the body'} ${message}`);
  throw frontEndError('ValidationException', `not an outage: ${faults.join('; ')}`);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
