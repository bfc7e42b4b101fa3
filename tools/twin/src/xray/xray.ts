import { AwsError } from '../aws/protocol/aws-error.ts';
import { operation, type AwsService, type Operation } from '../aws/protocol/service.ts';
import { flag, instant, list, oneOf, optional, text } from '../aws/protocol/shape.ts';
import { findPage } from '../aws/protocol/paging.ts';
import { describeTrace, summarizeTrace } from './trace-outputs.ts';
import type { StoredTrace, TraceStore } from './trace-store.ts';

const SUMMARIES_PER_PAGE = 100;

/** The reading side of AWS X-Ray over a store, for the endpoint to serve. */
export function xray(store: TraceStore): AwsService {
  return {
    title: 'X-Ray',
    signingName: 'xray',
    targetPrefix: 'AWSXRay',
    paths: { '/Traces': 'BatchGetTraces', '/TraceSummaries': 'GetTraceSummaries' },
    operations: { BatchGetTraces: batchGetTraces(store), GetTraceSummaries: getTraceSummaries(store) },
    invalid: invalidRequest,
  };
}

function batchGetTraces(store: TraceStore): Operation {
  return operation(
    { TraceIds: list(text({ min: 1, max: 35 }), { max: 5 }), NextToken: optional(text()) },
    ({ TraceIds }) => {
      const found = TraceIds.map((id) => store.find(id)).filter((trace) => trace !== undefined);
      return { Traces: found.map(describeTrace), UnprocessedTraceIds: [] };
    },
  );
}

function getTraceSummaries(store: TraceStore): Operation {
  return operation(
    {
      StartTime: instant(),
      EndTime: instant(),
      TimeRangeType: optional(oneOf('TraceId', 'Event', 'Service')),
      Sampling: optional(flag()),
      FilterExpression: optional(text({ min: 1 })),
      NextToken: optional(text()),
    },
    ({ StartTime, EndTime, FilterExpression, NextToken }) => {
      if (StartTime > EndTime) throw invalidRequest('StartTime must not be after EndTime.');
      if (FilterExpression !== undefined) throw invalidRequest('The twin does not play filter expressions.');
      const matching = store.list().filter((trace) => startsBetween(trace, StartTime, EndTime));
      const page = findPage(matching, { maxResults: SUMMARIES_PER_PAGE, nextToken: NextToken });
      if (!page) throw invalidRequest('Invalid NextToken');
      return {
        TraceSummaries: page.items.map(summarizeTrace),
        ApproximateTime: Date.now() / 1000,
        TracesProcessedCount: matching.length,
        ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
      };
    },
  );
}

/** By the time in its id, as X-Ray does unless it is asked otherwise. */
function startsBetween({ id }: StoredTrace, from: number, to: number): boolean {
  const seconds = Number.parseInt(id.slice(2, 10), 16);
  return seconds >= Math.floor(from) && seconds <= to;
}

const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequestException', message);
