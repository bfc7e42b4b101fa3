import type { TraceContext } from '@fairlead/request-context';
import type { IncomingHttpHeaders } from 'node:http';

/** What the headers of a request say of the trace that it belongs to. */
export interface CallerTrace {
  traceId: string;
  /** The span of the caller; absent where a load balancer began the trace, which has no spans. */
  parentId?: string;
  /** Whether the caller records the trace; absent where it left that to us. */
  sampled?: boolean;
  state?: string;
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const AMAZON_ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i;

/** https://www.w3.org/TR/trace-context/#traceparent-header; versions after 00 may add fields, version ff is forbidden. */
const TRACE_PARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const SPAN_ID = /^[0-9a-f]{16}$/i;

/** What every participant must be able to hand on: https://www.w3.org/TR/trace-context/#tracestate-limits */
const TRACE_STATE = /^[\x20-\x7e]{1,512}$/;

const SAMPLED_FLAG = 1;

/**
 * Reads `X-Amzn-Trace-Id` and W3C `traceparent`; nothing where neither is well formed. The first wins where both are: the
 * load balancer writes it on every request and logs it, so the trace is found from there.
 */
export function parseTraceHeaders(headers: IncomingHttpHeaders): CallerTrace | undefined {
  const amazon = parseAmazon(headers['x-amzn-trace-id']);
  const { traceparent } = headers;
  const standard = traceparent === undefined ? undefined : parseTraceParent(traceparent, headers.tracestate);
  if (amazon === undefined) return standard;
  // Of another trace, the state would lie.
  if (standard?.state === undefined || standard.traceId !== amazon.traceId) return amazon;
  return { ...amazon, state: standard.state };
}

/** The headers that hand a trace on to whom a service calls, in both formats: any tracer in the middle keeps the trace whole. */
export function propagationHeaders({ traceId, spanId, sampled, state }: TraceContext): Record<string, string> {
  return {
    'X-Amzn-Trace-Id': `Root=${toAmazonTraceId(traceId)};Parent=${spanId};Sampled=${sampled ? 1 : 0}`,
    traceparent: `00-${traceId}-${spanId}-0${sampled ? SAMPLED_FLAG : 0}`,
    ...(state !== undefined && { tracestate: state }),
  };
}

/** The same 32 digits as X-Ray writes them. */
export const toAmazonTraceId = (traceId: string): string => `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;

function parseAmazon(header: unknown): CallerTrace | undefined {
  if (typeof header !== 'string') return undefined;
  const fields = new Map(header.split(';').map(splitField));
  const root = AMAZON_ROOT.exec(fields.get('root') ?? '');
  const traceId = root === null ? '' : `${root[1]}${root[2]}`.toLowerCase();
  if (isNothing(traceId)) return undefined;
  const parentId = fields.get('parent')?.toLowerCase() ?? '';
  const sampled = fields.get('sampled');
  return {
    traceId,
    ...(SPAN_ID.test(parentId) && !isNothing(parentId) && { parentId }),
    // `?` asks us to decide.
    ...((sampled === '0' || sampled === '1') && { sampled: sampled === '1' }),
  };
}

function splitField(field: string): [name: string, value: string] {
  const at = field.indexOf('=');
  return [field.slice(0, Math.max(at, 0)).trim().toLowerCase(), field.slice(at + 1).trim()];
}

function parseTraceParent(header: unknown, stateHeader: unknown): CallerTrace | undefined {
  const match = typeof header === 'string' ? TRACE_PARENT.exec(header.trim()) : null;
  if (match === null) return undefined;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = match;
  if (isNothing(traceId) || isNothing(parentId)) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return {
    traceId,
    parentId,
    sampled: (Number.parseInt(flags, 16) & SAMPLED_FLAG) === SAMPLED_FLAG,
    ...(typeof stateHeader === 'string' && TRACE_STATE.test(stateHeader) && { state: stateHeader }),
  };
}

/** Empty or all zero: both formats forbid it as an id. */
const isNothing = (id: string): boolean => /^0*$/.test(id);
