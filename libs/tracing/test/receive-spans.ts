import { loadConfig } from '@fairlead/config';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished, vi } from 'vitest';
import { tracingSettings, type TracingConfig } from '../src/settings.ts';

/** A span as either system receives it. */
export interface ReceivedSpan {
  traceId: string;
  id: string;
  parentId: string | undefined;
  /** Of a request, the service. */
  name: string;
  isRequest: boolean;
  failed: boolean;
  attributes: Record<string, unknown>;
}

export interface Receiver {
  config: TracingConfig;
  received: ReceivedSpan[];
  /** Resolves with all spans once there are so many. */
  wait: (count: number) => Promise<ReceivedSpan[]>;
}

/** What a tracer can send to, until the test is over; every request is traced unless its caller says otherwise. */
export async function startReceiver(tracing: TracingConfig['tracing'], percent = 100): Promise<Receiver> {
  const received: ReceivedSpan[] = [];
  const daemon = await startDaemon((document) => received.push(...flattenSegment(document)));
  const collector = await startCollector((spans) => received.push(...spans));
  const config = loadConfig(tracingSettings, {
    TRACING: tracing,
    TRACE_SAMPLE_PERCENT: String(percent),
    AWS_XRAY_DAEMON_ADDRESS: daemon,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector,
  });
  const wait = (count: number) =>
    vi.waitFor(
      () => {
        if (received.length < count) throw new Error(`${received.length} of ${count} spans received`);
        return received;
      },
      { timeout: 10_000, interval: 10 },
    );
  return { config, received, wait };
}

/** The documents that a daemon receives, as they are. */
export async function startDaemon(onDocument: (document: Segment) => void): Promise<string> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  socket.on('message', (packet) => {
    const [header = '', document = ''] = packet.toString().split('\n');
    if (header !== '{"format":"json","version":1}') throw new Error(`the daemon does not take ${header}`);
    onDocument(JSON.parse(document) as Segment);
  });
  return `127.0.0.1:${socket.address().port}`;
}

export interface Segment {
  id: string;
  name: string;
  trace_id: string;
  parent_id?: string;
  type?: string;
  start_time: number;
  end_time: number;
  fault?: boolean;
  error?: boolean;
  throttle?: boolean;
  namespace?: string;
  http?: object;
  annotations?: Record<string, unknown>;
  subsegments?: Segment[];
}

function flattenSegment(document: Segment): ReceivedSpan[] {
  const traceId = document.trace_id.slice(2).replace('-', '');
  const flatten = (segment: Segment, parentId: string | undefined, isRequest: boolean): ReceivedSpan[] => [
    {
      traceId,
      id: segment.id,
      parentId,
      name: segment.name,
      isRequest,
      failed: segment.fault ?? false,
      attributes: segment.annotations ?? {},
    },
    ...(segment.subsegments ?? []).flatMap((child) => flatten(child, segment.id, false)),
  ];
  return flatten(document, document.parent_id, document.type !== 'subsegment');
}

async function startCollector(onSpans: (spans: ReceivedSpan[]) => void): Promise<string> {
  const server = createServer((req, res) => {
    void json(req).then((body) => {
      onSpans(readExport(body as Export));
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        kind: number;
        status: { code?: number };
        attributes: Attribute[];
      }[];
    }[];
  }[];
}

const SERVER_KIND = 2;
const ERROR_STATUS = 2;

function readExport({ resourceSpans }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        id: span.spanId,
        parentId: span.parentSpanId === '' ? undefined : span.parentSpanId,
        name: span.kind === SERVER_KIND ? String(toRecord(resource.attributes)['service.name']) : span.name,
        isRequest: span.kind === SERVER_KIND,
        failed: span.status.code === ERROR_STATUS,
        attributes: toRecord(span.attributes),
      })),
    ),
  );
}

const toRecord = (attributes: Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
