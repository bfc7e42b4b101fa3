import { BatchGetTracesCommand, GetTraceSummariesCommand, XRayClient } from '@aws-sdk/client-xray';
import { createSocket } from 'node:dgram';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { BEGINNING, defineSegment, traceIdOf } from '../../test/segments.ts';
import type { AwsEndpoint } from '../aws/endpoint.ts';
import { clientSettings, startTestEndpoint } from '../aws/test/start-test-endpoint.ts';
import type { Segment } from './segment.ts';
import { startTraceReceiver, type TraceReceiver } from './trace-receiver.ts';
import { TraceStore } from './trace-store.ts';
import { xray } from './xray.ts';

const HEADER = '{"format":"json","version":1}';

let store: TraceStore;
let endpoint: AwsEndpoint;
let receiver: TraceReceiver;
let client: XRayClient;
const isAway = vi.fn(() => false);
const onRefused = vi.fn();

beforeEach(async () => {
  onRefused.mockClear();
  isAway.mockReset().mockReturnValue(false);
  store = new TraceStore();
  receiver = await startTraceReceiver({ store, isAway, onRefused });
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  ({ endpoint } = await startTestEndpoint({ services: [xray(store)] }));
  onTestFinished(() => endpoint.close());
  client = new XRayClient(clientSettings(endpoint));
  onTestFinished(() => {
    client.destroy();
  });
});

async function sendPacket(packet: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise((resolve) => {
    socket.send(packet, Number(receiver.address.split(':')[1]), '127.0.0.1', resolve);
  });
  socket.close();
}

async function sendSegment(changes: Partial<Segment> = {}): Promise<Segment> {
  const segment = defineSegment(changes);
  await sendPacket(`${HEADER}\n${JSON.stringify(segment)}`);
  await expect.poll(() => store.find(segment.trace_id)?.segments.has(segment.id)).toBe(true);
  return segment;
}

const summaries = (from: number, to: number, more = {}) =>
  client.send(
    new GetTraceSummariesCommand({
      StartTime: new Date((BEGINNING + from) * 1000),
      EndTime: new Date((BEGINNING + to) * 1000),
      ...more,
    }),
  );

test('what is sent while X-Ray is away is lost, and nobody is told', async () => {
  isAway.mockReturnValueOnce(true);
  const lost = defineSegment();
  await sendPacket(`${HEADER}\n${JSON.stringify(lost)}`);
  await expect.poll(() => isAway.mock.calls.length).toBe(1);
  await sendSegment({ id: 'bbbbbbbbbbbbbbbb' });
  expect(store.find(lost.trace_id)?.segments.has(lost.id)).toBe(false);
  expect(onRefused).not.toHaveBeenCalled();
});

test('the SDK gets a trace by its id, with its segments as they were sent', async () => {
  const caller = await sendSegment({ name: 'payments', end_time: BEGINNING + 0.25 });
  const called = await sendSegment({ name: 'catalog', parent_id: caller.id });
  const answer = await client.send(new BatchGetTracesCommand({ TraceIds: [traceIdOf(0), traceIdOf(99)] }));
  expect(answer.Traces).toHaveLength(1);
  const [trace] = answer.Traces!;
  expect(trace).toMatchObject({ Id: traceIdOf(0), LimitExceeded: false });
  expect(trace!.Duration).toBeCloseTo(0.25);
  expect(trace!.Segments!.map(({ Document }) => JSON.parse(Document!) as unknown)).toEqual([caller, called]);
});

test('the SDK lists the traces that began in a time, with what is to be seen at first sight', async () => {
  await sendSegment({ trace_id: traceIdOf(-60) });
  await sendSegment({ trace_id: traceIdOf(60) });
  const http = { request: { method: 'POST', url: '/payments' }, response: { status: 503 } };
  await sendSegment({ name: 'payments', http, fault: true, end_time: BEGINNING + 0.5 });
  await sendSegment({ name: 'catalog', start_time: BEGINNING + 0.1, end_time: BEGINNING + 0.2, error: true });
  const { TraceSummaries, TracesProcessedCount } = await summaries(-30, 30);
  expect(TracesProcessedCount).toBe(1);
  expect(TraceSummaries).toMatchObject([
    {
      Id: traceIdOf(0),
      StartTime: new Date(BEGINNING * 1000),
      HasFault: true,
      HasError: true,
      HasThrottle: false,
      IsPartial: false,
      Http: { HttpMethod: 'POST', HttpURL: '/payments', HttpStatus: 503 },
      ServiceIds: [{ Name: 'payments' }, { Name: 'catalog' }],
      EntryPoint: { Name: 'payments' },
    },
  ]);
  expect(TraceSummaries![0]!.Duration).toBeCloseTo(0.5);
});

test('a long list comes in pages', async () => {
  for (let second = 0; second < 150; second += 1) {
    store.record(JSON.stringify(defineSegment({ trace_id: traceIdOf(second) })));
  }
  const first = await summaries(0, 200);
  const second = await summaries(0, 200, { NextToken: first.NextToken });
  expect(second.NextToken).toBeUndefined();
  const ids = [...first.TraceSummaries!, ...second.TraceSummaries!].map(({ Id }) => Id);
  expect(ids).toEqual(Array.from({ length: 150 }, (_, index) => traceIdOf(149 - index)));
});

describe('in the words of X-Ray is refused', () => {
  const refused = (message: string) => expect.objectContaining({ name: 'InvalidRequestException', message });

  test('a time that ends before it starts', async () => {
    await expect(summaries(1, 0)).rejects.toEqual(refused('StartTime must not be after EndTime.'));
  });

  test('a filter, which the twin does not play', async () => {
    await expect(summaries(0, 1, { FilterExpression: 'fault' })).rejects.toEqual(
      refused('The twin does not play filter expressions.'),
    );
  });

  test('a page that is none', async () => {
    await expect(summaries(0, 1, { NextToken: 'x' })).rejects.toEqual(refused('Invalid NextToken'));
  });

  test('more than five traces at once', async () => {
    const six = new BatchGetTracesCommand({ TraceIds: Array.from({ length: 6 }, (_, index) => traceIdOf(index)) });
    await expect(client.send(six)).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('Member must have length less than or equal to 5'),
    });
  });

  test('a request without a signature', async () => {
    const response = await fetch(`${endpoint.url}/Traces`, { method: 'POST', body: '{"TraceIds":[]}' });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});

describe('a packet that the daemon would not take', () => {
  test.for([
    ['without a header', JSON.stringify(defineSegment())],
    ['with another version', `{"format":"json","version":2}\n${JSON.stringify(defineSegment())}`],
    ['with a broken document', `${HEADER}\n{"name":`],
    ['with nothing in it', ''],
  ] as const)('%s changes nothing and is said', async ([, packet]) => {
    await sendPacket(packet);
    await expect.poll(() => onRefused.mock.calls.length).toBe(1);
    expect(store.list()).toEqual([]);
    await sendSegment();
  });
});
