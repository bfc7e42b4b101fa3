import { BatchGetTracesCommand, GetTraceSummariesCommand, XRayClient, type TraceSummary } from '@aws-sdk/client-xray';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { TwinStatus } from '../status.ts';
import { parseSegment } from '../xray/segment.ts';
import { findTraceOfRequest } from './find-request.ts';
import { formatTrace } from './format-trace.ts';
import type { TraceOptions, Wanted } from './options.ts';
import { buildTraceTree } from './trace-tree.ts';

const LATEST = 20;
const HOURS_6_MS = 6 * 60 * 60 * 1000;

/** The trace that is wanted, or a list of the latest ones, as text. @throws {UserError} where there is none to show */
export async function showTrace({ wanted, state }: TraceOptions, colour: boolean): Promise<string> {
  const client = createClient(await readStatus(state));
  try {
    if (wanted === 'latest') return await listLatest(client);
    return await show(client, await findTraceId(wanted, state), colour);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') throw notRunning(state);
    throw error;
  } finally {
    client.destroy();
  }
}

async function readStatus(state: string): Promise<TwinStatus> {
  try {
    return JSON.parse(await readFile(join(state, 'twin.json'), 'utf8')) as TwinStatus;
  } catch {
    throw notRunning(state);
  }
}

const notRunning = (state: string) =>
  new UserError(`no twin runs with the folder ${state}: start one with npm start, or name its folder with --state`);

/** The twin reads whose a request is from its signature, and takes any. */
const createClient = ({ aws }: TwinStatus) =>
  new XRayClient({
    endpoint: aws,
    region: 'local',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
    maxAttempts: 1,
  });

async function findTraceId(wanted: Exclude<Wanted, 'latest'>, state: string): Promise<string> {
  if ('traceId' in wanted) return wanted.traceId;
  const found = await findTraceOfRequest(join(state, 'logs'), wanted.requestId);
  if (found !== undefined) return found;
  throw new UserError(`no service has logged a request with the id ${wanted.requestId}`);
}

async function show(client: XRayClient, traceId: string, colour: boolean): Promise<string> {
  const { Traces: [trace] = [] } = await client.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
  if (!trace) {
    throw new UserError(
      `no trace has the id ${traceId}. Only some requests are traced (TRACE_SAMPLE_PERCENT), and only the latest traces\n` +
        `are kept. A few requests a second are traced that ask for it: X-Amzn-Trace-Id: Root=<new id>;Sampled=1`,
    );
  }
  const segments = (trace.Segments ?? []).map(({ Document = '' }) => parseSegment(Document));
  return `${traceId}\n\n${formatTrace(buildTraceTree(segments), colour)}`;
}

async function listLatest(client: XRayClient): Promise<string> {
  const now = Date.now();
  const { TraceSummaries: summaries = [] } = await client.send(
    new GetTraceSummariesCommand({ StartTime: new Date(now - HOURS_6_MS), EndTime: new Date(now + 1000) }),
  );
  if (summaries.length === 0)
    return 'There are no traces yet. Send requests, or trace more of them (TRACE_SAMPLE_PERCENT).';
  return summaries.slice(0, LATEST).map(describe).join('\n');
}

function describe({ Id, StartTime, Duration = 0, Http, ServiceIds = [] }: TraceSummary): string {
  const time = StartTime?.toISOString().slice(11, 23) ?? '';
  const duration = `${(Duration * 1000).toFixed(1)} ms`.padStart(10);
  const names = ServiceIds.map(({ Name }) => Name).join(', ');
  const request = `${Http?.HttpMethod ?? ''} ${Http?.HttpURL ?? ''} ${Http?.HttpStatus ?? ''}`.trim();
  return `${time}  ${Id ?? ''}  ${duration}  ${request}  (${names})`;
}
