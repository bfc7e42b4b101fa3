import { z } from 'zod';

const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const SEGMENT_ID = /^[0-9a-f]{16}$/i;

const http = z.object({
  request: z.object({ method: z.string().optional(), url: z.string().optional() }).optional(),
  response: z.object({ status: z.int().optional() }).optional(),
});

const part = z.object({
  id: z.string().regex(SEGMENT_ID),
  name: z.string().min(1).max(200),
  start_time: z.number(),
  end_time: z.number().optional(),
  in_progress: z.boolean().optional(),
  namespace: z.string().optional(),
  http: http.optional(),
  annotations: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  fault: z.boolean().optional(),
  error: z.boolean().optional(),
  throttle: z.boolean().optional(),
});

export type Subsegment = z.infer<typeof part> & { subsegments?: Subsegment[] | undefined };

const subsegments = z.array(z.lazy((): z.ZodType<Subsegment> => part.extend({ subsegments }))).optional();

const segment = part.extend({
  trace_id: z.string().regex(TRACE_ID),
  parent_id: z.string().regex(SEGMENT_ID).optional(),
  /** `subsegment` for one that was sent before the segment that it belongs to. */
  type: z.literal('subsegment').optional(),
  origin: z.string().optional(),
  subsegments,
});

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
export type Segment = z.infer<typeof segment>;

/** Reads a segment document. @throws where it is not one that X-Ray would take */
export const parseSegment = (document: string): Segment => segment.parse(JSON.parse(document));
