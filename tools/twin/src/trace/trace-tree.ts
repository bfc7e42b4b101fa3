import { ENTRANCE_ORIGIN } from '../xray/entrance-segments.ts';
import type { Segment, Subsegment } from '../xray/segment.ts';

/** One line of a trace. */
export interface TraceNode {
  /** Who worked: a service, or what it asked. */
  name: string;
  /** What it did: the method and route of a request, the name of a statement. */
  work: string;
  /** Of the HTTP answer, where there is one. */
  status: number | undefined;
  outcome: 'ok' | 'error' | 'fault' | 'unfinished';
  /** In milliseconds since 1970, like the end. */
  startMs: number;
  endMs: number;
  children: TraceNode[];
}

/** Puts the segments of a trace below each other; several roots where what is between them is missing. */
export function buildTraceTree(segments: readonly Segment[]): TraceNode[] {
  const nodes = new Map<string, TraceNode>();
  for (const segment of segments) collect(segment, nodes);
  const entrances = segments.filter(({ origin }) => origin === ENTRANCE_ORIGIN);
  const roots: TraceNode[] = [];
  for (const segment of segments) {
    const siblings = nodes.get(findParentId(segment, nodes, entrances) ?? '')?.children ?? roots;
    const node = nodes.get(segment.id);
    if (node) siblings.push(node);
  }
  for (const { children } of nodes.values()) children.sort(byStart);
  return roots.sort(byStart);
}

function collect(part: Segment | Subsegment, nodes: Map<string, TraceNode>): TraceNode {
  const node: TraceNode = {
    name: part.name,
    work: describeWork(part),
    status: part.http?.response?.status,
    outcome: findOutcome(part),
    startMs: part.start_time * 1000,
    endMs: (part.end_time ?? part.start_time) * 1000,
    children: (part.subsegments ?? []).map((child) => collect(child, nodes)),
  };
  nodes.set(part.id, node);
  return node;
}

/** The load balancer tells services the trace and no parent: what nobody in the trace has called came through it. */
function findParentId(
  { parent_id: parentId, origin, start_time: start }: Segment,
  nodes: ReadonlyMap<string, TraceNode>,
  entrances: readonly Segment[],
): string | undefined {
  if (parentId !== undefined && nodes.has(parentId)) return parentId;
  if (origin === ENTRANCE_ORIGIN) return undefined;
  const passed = entrances.filter(
    ({ start_time: entered, end_time: left = Infinity }) => entered <= start && start <= left,
  );
  return passed.sort((one, other) => other.start_time - one.start_time)[0]?.id;
}

function describeWork({ http, annotations = {} }: Segment | Subsegment): string {
  const statement = annotations.db_statement_name;
  if (statement !== undefined) return String(statement);
  const method = http?.request?.method ?? annotations.http_request_method ?? annotations.http_method;
  const path = annotations.route ?? annotations.http_route ?? http?.request?.url;
  return [method, path].filter((word) => word !== undefined).join(' ');
}

function findOutcome({ fault, error, end_time: end }: Segment | Subsegment): TraceNode['outcome'] {
  if (fault) return 'fault';
  if (error) return 'error';
  return end === undefined ? 'unfinished' : 'ok';
}

const byStart = (one: TraceNode, other: TraceNode): number => one.startMs - other.startMs;
