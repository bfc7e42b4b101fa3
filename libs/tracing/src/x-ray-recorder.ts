// These modules alone: the entry of the package loads cls-hooked, whose hooks make every await of the process dearer.
import emitter from 'aws-xray-sdk-core/dist/lib/segment_emitter.js';
import logger from 'aws-xray-sdk-core/dist/lib/logger.js';
import type Subsegment from 'aws-xray-sdk-core/dist/lib/segments/attributes/subsegment.js';
import Segment from 'aws-xray-sdk-core/dist/lib/segments/segment.js';
import segmentUtils from 'aws-xray-sdk-core/dist/lib/segments/segment_utils.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { clockSeconds } from './clock.ts';
import type { Failure, RecordedRequest, RecordedWork, Recorder } from './recorder.ts';
import { toAmazonTraceId, type CallerTrace } from './trace-headers.ts';
import type { Attributes, RequestOutcome, SpanOptions } from './tracer.ts';

/**
 * From so many spans on, each is sent by itself when it ends: a segment must fit a UDP packet. The SDK does that too, but
 * counts only the spans that are open at once.
 */
const MAX_SUBSEGMENTS = 100;

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
const limits = { name: 200, annotationKey: 500, annotationValue: 1000 };
const FORBIDDEN_IN_NAME = /[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu;
const FORBIDDEN_IN_KEY = /\W/g;

export interface XRayRecorderOptions {
  service: string;
  /** `host:port` */
  daemonAddress: string;
  onError: (error: unknown) => void;
}

/** Sends one segment for each request to the X-Ray daemon, over UDP: whether anyone receives it is not known. */
export class XRayRecorder implements Recorder {
  readonly #name: string;

  constructor({ service, daemonAddress, onError }: XRayRecorderOptions) {
    this.#name = toName(service);
    const ignore = () => undefined;
    const report = (message: unknown) => {
      onError(new Error(String(message)));
    };
    logger.setLogger({ debug: ignore, info: ignore, warn: ignore, error: report });
    // In milliseconds, as the SDK has it, most statements would take no time at all.
    Object.assign(segmentUtils, { getCurrentTime: clockSeconds });
    emitter.setDaemonAddress(daemonAddress);
  }

  startRequest({ traceId, parentId }: Pick<CallerTrace, 'traceId' | 'parentId'>): RecordedRequest {
    return new XRayRequest(new RequestSegment(this.#name, toAmazonTraceId(traceId), parentId));
  }

  /** What was sent last still waits for its socket. */
  async [Symbol.asyncDispose](): Promise<void> {
    await nextTurn();
    await nextTurn();
  }
}

/** The emitter writes every segment a second time for a debug line that nobody reads; this makes it a short one. */
class RequestSegment extends Segment {
  override toString(): string {
    return this.id;
  }
}

class XRayRequest implements RecordedRequest {
  readonly #segment: Segment;
  #subsegments = 0;

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  get id(): string {
    return this.#segment.id;
  }

  startChild(options: SpanOptions): RecordedWork {
    return this.addSubsegment(this.#segment, options);
  }

  addSubsegment(parent: Segment | Subsegment, { name, kind, attributes }: SpanOptions): XRayWork {
    const subsegment = parent.addNewSubsegment(toName(name));
    if (kind === 'client') subsegment.namespace = 'remote';
    annotate(subsegment, attributes);
    this.#subsegments += 1;
    return new XRayWork(this, subsegment);
  }

  /** Sends what a big request has done so far. */
  stream(subsegment: Subsegment): void {
    if (this.#segment.isClosed() || this.#subsegments <= MAX_SUBSEGMENTS) return;
    if (subsegment.streamSubsegments()) subsegment.parent.removeSubsegment(subsegment);
  }

  end({ method, route, status, aborted }: RequestOutcome): void {
    const request = { method, ...(route !== undefined && { url: route }) };
    Object.assign(this.#segment, { http: { request, response: { status } } });
    annotate(this.#segment, { ...(route !== undefined && { route }), ...(aborted && { aborted }) });
    flag(this.#segment, status);
    this.#segment.close();
  }
}

class XRayWork implements RecordedWork {
  readonly #request: XRayRequest;
  readonly #subsegment: Subsegment;

  constructor(request: XRayRequest, subsegment: Subsegment) {
    this.#request = request;
    this.#subsegment = subsegment;
  }

  get id(): string {
    return this.#subsegment.id;
  }

  startChild(options: SpanOptions): RecordedWork {
    return this.#request.addSubsegment(this.#subsegment, options);
  }

  end(failure?: Failure): void {
    if (failure) {
      annotate(this.#subsegment, { 'error.type': failure.type });
      flag(this.#subsegment, failure.status ?? 500);
    }
    this.#subsegment.close();
    this.#request.stream(this.#subsegment);
  }
}

/** What X-Ray colours a node by. */
function flag(segment: Segment | Subsegment, status: number): void {
  if (status >= 500) segment.addFaultFlag();
  else if (status >= 400) segment.addErrorFlag();
  if (status === 429) segment.addThrottleFlag();
}

function annotate(segment: Segment | Subsegment, attributes: Attributes = {}): void {
  for (const [key, value] of Object.entries(attributes)) {
    const name = key.replace(FORBIDDEN_IN_KEY, '_').slice(0, limits.annotationKey);
    segment.addAnnotation(name, typeof value === 'string' ? value.slice(0, limits.annotationValue) : value);
  }
}

const toName = (text: string): string => text.replace(FORBIDDEN_IN_NAME, '_').slice(0, limits.name) || 'unnamed';
