/** CloudWatch takes so many values of a metric in one line. */
const BUCKETS = 100;

/** Where the second bucket begins; everything faster is in the first. */
const SMALLEST_MS = 0.1;

/** Each bucket is so much wider than the one before, which takes the last one to 100 seconds. */
const GROWTH = 1.15;

const LOG_GROWTH = Math.log(GROWTH);

/** The middle of each bucket by ratio: no duration in it is further away than 7.3 %. */
const MIDDLES = Array.from({ length: BUCKETS }, (_, index) =>
  Number((SMALLEST_MS * GROWTH ** (index - 0.5)).toPrecision(4)),
);

/** Durations in embedded metric format; the order is the one in which CloudWatch reads them. */
export interface Distribution {
  Values: number[];
  Counts: number[];
  Max: number;
  Min: number;
  Count: number;
  Sum: number;
}

/** Durations of one route, in constant memory: percentiles keep within 7.3 % between 0.1 ms and 100 s. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sum += durationMs;
    if (durationMs < this.#min) this.#min = durationMs;
    if (durationMs > this.#max) this.#max = durationMs;
  }

  toDistribution(): Distribution {
    const used = [...this.#counts.entries()].filter(([, count]) => count > 0);
    return {
      Values: used.map(([bucket]) => this.#valueOf(bucket)),
      Counts: used.map(([, count]) => count),
      Max: this.#max,
      Min: this.#min,
      Count: this.#count,
      Sum: Number(this.#sum.toFixed(3)),
    };
  }

  /** CloudWatch would take a value outside of what was measured for the extreme. */
  #valueOf(bucket: number): number {
    return Math.min(Math.max(MIDDLES[bucket] ?? 0, this.#min), this.#max);
  }
}

function bucketOf(durationMs: number): number {
  if (durationMs < SMALLEST_MS) return 0;
  return Math.min(1 + Math.floor(Math.log(durationMs / SMALLEST_MS) / LOG_GROWTH), BUCKETS - 1);
}
