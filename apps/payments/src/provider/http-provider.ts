import { findRequestContext } from '@fairlead/request-context';
import type { RotatingSecret, SecretVersion } from '@fairlead/secrets';
import type { Tracer } from '@fairlead/tracing';
import { Agent } from 'undici';
import { z } from 'zod';
import { ProviderUnavailableError, type Charge, type Provider, type ProviderAccount } from './provider.ts';

export interface HttpProviderOptions {
  account: RotatingSecret<ProviderAccount>;
  tracer: Tracer;
  /** The longest that one call may take; less where the request on whose behalf it is made has less left. */
  timeoutMs: number;
}

/** Kept back of a request's time, to write down what the provider answered and to answer in turn. */
const WRITE_DOWN_MS = 500;

const MAX_RESPONSE_BYTES = 64 * 1024;

const status = z.enum(['authorised', 'declined', 'captured', 'voided']);

const charge = z.object({ status, declineReason: z.string().max(200).optional() });

/** The code of a refusal, which for a charge that is over is what it ended as. */
const refusal = z.object({ code: z.string() });

interface Call {
  method: 'GET' | 'PUT' | 'POST';
  path: string;
  body?: object;
}

interface Answer {
  status: number;
  body: unknown;
}

/** The provider behind its HTTP API. Dispose of it to close the connections. */
export class HttpProvider implements Provider, AsyncDisposable {
  readonly #options: HttpProviderOptions;
  readonly #agent = new Agent({ keepAliveTimeout: 4000, maxResponseSize: MAX_RESPONSE_BYTES });

  constructor(options: HttpProviderOptions) {
    this.#options = options;
  }

  async authorise(...[id, { amount, currency }, card]: Parameters<Provider['authorise']>): Promise<Charge> {
    const body = { amount: Number(amount), currency, card };
    return parse(charge, await this.#call({ method: 'PUT', path: `/v1/charges/${id}`, body }));
  }

  async find(id: string): Promise<Charge | undefined> {
    const answer = await this.#call({ method: 'GET', path: `/v1/charges/${id}` });
    return answer.status === 404 ? undefined : parse(charge, answer);
  }

  async capture(id: string) {
    return parseStatus(await this.#call({ method: 'POST', path: `/v1/charges/${id}/capture`, body: {} }));
  }

  async void(id: string) {
    return parseStatus(await this.#call({ method: 'POST', path: `/v1/charges/${id}/void`, body: {} }));
  }

  async refund(...[id, refundId, { amount }]: Parameters<Provider['refund']>) {
    const path = `/v1/charges/${id}/refunds/${refundId}`;
    const answer = await this.#call({ method: 'PUT', path, body: { amount: Number(amount) } });
    if (answer.status === 409 && parse(refusal, answer, 409).code === 'exceeds-captured') return 'refused';
    return parse(z.object({ status: z.literal('refunded') }), answer).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  /** A key that was rotated a moment ago is read again, once: a call that was refused for its key did nothing. */
  async #call(call: Call): Promise<Answer> {
    const { account, tracer } = this.#options;
    return tracer.span({ name: 'payment-provider', kind: 'client' }, async () => {
      const answer = await this.#send(call, account.current());
      return answer.status === 401 ? this.#send(call, account.refresh()) : answer;
    });
  }

  async #send({ method, path, body }: Call, account: Promise<SecretVersion<ProviderAccount>>): Promise<Answer> {
    try {
      const { url, apiKey } = (await account).value.reveal();
      const { statusCode, body: answer } = await this.#agent.request({
        origin: url,
        method,
        path,
        headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: this.#limit(),
      });
      return { status: statusCode, body: await answer.json() };
    } catch (cause) {
      throw new ProviderUnavailableError(`the provider did not answer ${method}`, { cause });
    }
  }

  #limit(): AbortSignal {
    const { timeoutMs } = this.#options;
    const context = findRequestContext();
    if (!context) return AbortSignal.timeout(timeoutMs);
    // A signal takes whole milliseconds only: https://nodejs.org/api/globals.html#static-method-abortsignaltimeoutdelay
    const leftMs = Math.floor(context.deadline - performance.now() - WRITE_DOWN_MS);
    if (leftMs <= 0) throw new Error('the request has too little time left to ask the provider');
    return AbortSignal.any([context.signal, AbortSignal.timeout(Math.min(timeoutMs, leftMs))]);
  }
}

/** Anything but the expected answer leaves open what happened; what was received is not quoted, for it can hold anything. */
function parse<Schema extends z.ZodType>(schema: Schema, { status, body }: Answer, expected = 200): z.output<Schema> {
  const result = schema.safeParse(body);
  if (status === expected && result.success) return result.data;
  throw new ProviderUnavailableError(`the provider answered ${status} with something unexpected`);
}

function parseStatus(answer: Answer) {
  if (answer.status !== 409) return parse(charge, answer).status;
  return parse(z.object({ code: status }), answer, 409).code;
}
