import { randomBytes } from 'node:crypto';
import type { Segment } from '../src/xray/segment.ts';

export const BEGINNING = Date.parse('2026-11-21T10:15:30Z') / 1000;

/** The id of a trace that began so many seconds after the others. */
export const traceIdOf = (seconds: number): string => `1-${(BEGINNING + seconds).toString(16)}-${'ab'.repeat(12)}`;

export const newSegmentId = (): string => randomBytes(8).toString('hex');

/** A finished segment of 10 ms. */
export const defineSegment = (changes: Partial<Segment> = {}): Segment => ({
  trace_id: traceIdOf(0),
  id: newSegmentId(),
  name: 'catalog',
  start_time: BEGINNING,
  end_time: BEGINNING + 0.01,
  ...changes,
});
