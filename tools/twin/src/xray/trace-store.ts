import { parseSegment, type Segment } from './segment.ts';

/** Oldest traces make room for new ones beyond either. */
const LIMITS = { traces: 1000, bytes: 32 * 1024 * 1024 };

/** Of traces that have no segment of a service yet; most were not sampled. */
const MAX_WAITING = 1000;

/** Of requests at the entrance in one of them: a caller can send any number with the same id. */
const MAX_WAITING_OF_TRACE = 10;

export interface StoredSegment {
  segment: Segment;
  /** As it was received. */
  document: string;
}

/** The segments of one trace by their ids: a later document of the same id replaces the one before. */
export interface StoredTrace {
  id: string;
  segments: ReadonlyMap<string, StoredSegment>;
  /** Counts its changes. */
  revision: number;
}

interface KeptTrace extends StoredTrace {
  segments: Map<string, StoredSegment>;
  bytes: number;
}

/** The latest traces, in memory. */
export class TraceStore {
  readonly #limits: typeof LIMITS;
  readonly #traces = new Map<string, KeptTrace>();
  readonly #waiting = new Map<string, string[]>();
  #bytes = 0;

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Keeps a segment. @throws where the document is not one that X-Ray would take */
  record(document: string): void {
    const segment = parseSegment(document);
    this.#keep(segment, document);
    const id = toTraceId(segment);
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const joined of waiting) this.record(joined);
    this.#makeRoom();
  }

  /** Keeps a segment once its trace has another: whether a request is traced is known only to the services. */
  join(document: string): void {
    const id = toTraceId(parseSegment(document));
    if (this.#traces.has(id)) {
      this.record(document);
      return;
    }
    const waiting = this.#waiting.get(id) ?? [];
    if (waiting.length < MAX_WAITING_OF_TRACE) waiting.push(document);
    this.#waiting.set(id, waiting);
    if (this.#waiting.size > MAX_WAITING) this.#waiting.delete(firstKey(this.#waiting));
  }

  find(id: string): StoredTrace | undefined {
    return this.#traces.get(id.toLowerCase());
  }

  /** All traces, the one that began last first. */
  list(): StoredTrace[] {
    return [...this.#traces.values()].reverse();
  }

  #keep(segment: Segment, document: string): void {
    const id = toTraceId(segment);
    const trace = this.#traces.get(id) ?? { id, segments: new Map<string, StoredSegment>(), revision: 0, bytes: 0 };
    const replaced = trace.segments.get(segment.id)?.document.length ?? 0;
    trace.segments.set(segment.id, { segment, document });
    trace.revision += 1;
    trace.bytes += document.length - replaced;
    this.#bytes += document.length - replaced;
    this.#traces.set(id, trace);
  }

  #makeRoom(): void {
    while (this.#traces.size > this.#limits.traces || (this.#bytes > this.#limits.bytes && this.#traces.size > 0)) {
      const id = firstKey(this.#traces);
      this.#bytes -= this.#traces.get(id)?.bytes ?? 0;
      this.#traces.delete(id);
    }
  }
}

/** Services write ids in lower case; a caller may have sent one in upper case. */
const toTraceId = (segment: Segment): string => segment.trace_id.toLowerCase();

const firstKey = (map: ReadonlyMap<string, unknown>): string => map.keys().next().value ?? '';
