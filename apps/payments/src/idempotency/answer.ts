import { PROBLEM_CONTENT_TYPE, toDocument, type ProblemFactory } from '@fairlead/problem';
import { z } from 'zod';

/** What a request with a key was answered, kept to be answered again. */
export interface Answer {
  status: number;
  body: object;
}

/** A problem that is kept as an answer: without the id of the request, it is the same for each that asks. */
export const problemDocument = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
});

/** Of a status in a contract, for problems that are kept. */
export const keptProblem = { description: 'A problem, the same each time the key is sent.', body: problemDocument };

export function toProblemAnswer(problem: ProblemFactory, detail: string): Answer {
  const body = toDocument(problem(detail));
  return { status: body.status, body };
}

/** The reply that gives an answer, the first time as well as any other. */
export function toReply({ status, body }: Answer, location: string) {
  const headers: Record<string, string> =
    status >= 400 ? { 'Content-Type': PROBLEM_CONTENT_TYPE } : { Location: location };
  return { status, body, headers };
}
