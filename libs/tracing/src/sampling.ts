import type { IncomingHttpHeaders } from 'node:http';
import { ForcedSamples } from './forced-samples.ts';
import type { RandomIds } from './random-ids.ts';
import type { CallerTrace } from './trace-headers.ts';

export interface SamplingOptions {
  samplePercent: number;
  forcedPerSecond: number;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/** Decides which requests are traced. Services believe each other, so that a trace is whole; the public is believed now and then. */
export class Sampling {
  readonly #percent: number;
  readonly #forced: ForcedSamples;
  readonly #ids: RandomIds;

  constructor({ samplePercent, forcedPerSecond, now }: SamplingOptions, ids: RandomIds) {
    this.#percent = samplePercent;
    this.#forced = new ForcedSamples(forcedPerSecond, now);
    this.#ids = ids;
  }

  /** @param caller - what the headers say of the trace, if anything */
  includes(traceId: string, headers: IncomingHttpHeaders, caller: CallerTrace | undefined): boolean {
    if (caller?.sampled === false) return false;
    if (!isFromOutside(headers)) return caller?.sampled ?? isSampled(traceId, this.#percent);
    if (caller?.sampled && this.#forced.take()) return true;
    // An id that comes from outside can be chosen so that it would always be sampled.
    return isSampled(this.#ids.spanId(), this.#percent);
  }
}

/**
 * The load balancer adds `X-Forwarded-For` to every request, whatever its caller sends, and services call each other without it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 */
const isFromOutside = (headers: IncomingHttpHeaders): boolean => headers['x-forwarded-for'] !== undefined;

/** The last digits of an id are random in every format; the first can be a time. */
const DIGITS = 8;

/** Decides by the id of the trace, so that services asked without a decision all take the same one. */
export const isSampled = (id: string, percent: number): boolean =>
  percent > 0 && Number.parseInt(id.slice(-DIGITS), 16) < (percent / 100) * 16 ** DIGITS;
