import type { StoredTrace } from './trace-store.ts';

/** A trace as BatchGetTraces answers it. */
export const describeTrace = (trace: StoredTrace) => ({
  Id: trace.id,
  Duration: durationOf(trace),
  LimitExceeded: false,
  Segments: [...trace.segments.values()].map(({ segment, document }) => ({ Id: segment.id, Document: document })),
});

/** A trace as GetTraceSummaries answers it. */
export function summarizeTrace(trace: StoredTrace) {
  const segments = segmentsOf(trace).filter(({ type }) => type !== 'subsegment');
  const entry = segments.toSorted((one, other) => one.start_time - other.start_time)[0];
  const names = [...new Set(segments.map(({ name }) => name))];
  return {
    Id: trace.id,
    StartTime: entry?.start_time,
    Duration: durationOf(trace),
    ResponseTime: entry?.end_time === undefined ? undefined : entry.end_time - entry.start_time,
    HasFault: segments.some(({ fault }) => fault),
    HasError: segments.some(({ error }) => error),
    HasThrottle: segments.some(({ throttle }) => throttle),
    IsPartial: segments.some(({ in_progress: unfinished }) => unfinished),
    Http: {
      HttpMethod: entry?.http?.request?.method,
      HttpURL: entry?.http?.request?.url,
      HttpStatus: entry?.http?.response?.status,
    },
    Annotations: {},
    ServiceIds: names.map(serviceId),
    EntryPoint: entry && serviceId(entry.name),
    Revision: trace.revision,
  };
}

const segmentsOf = ({ segments }: StoredTrace) => [...segments.values()].map(({ segment }) => segment);

function durationOf(trace: StoredTrace): number {
  const segments = segmentsOf(trace);
  const start = Math.min(...segments.map(({ start_time: time }) => time));
  return Math.max(...segments.map(({ end_time: time, start_time: started }) => time ?? started)) - start;
}

const serviceId = (name: string) => ({ Name: name, Names: [name] });
