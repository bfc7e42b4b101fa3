interface PageRequest {
  maxResults: number;
  nextToken: string | undefined;
}

/** One page of a list and the token of the next; nothing where the token is not one of ours. */
export function findPage<T>(items: readonly T[], request: PageRequest): { items: T[]; nextToken?: string } | undefined {
  const start = request.nextToken === undefined ? 0 : readToken(request.nextToken);
  if (start === undefined) return undefined;
  const end = start + request.maxResults;
  const page = items.slice(start, end);
  return end < items.length ? { items: page, nextToken: writeToken(end) } : { items: page };
}

function writeToken(offset: number): string {
  return Buffer.from(`page:${offset}`).toString('base64url');
}

function readToken(token: string): number | undefined {
  const offset = /^page:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  return offset === undefined ? undefined : Number(offset);
}
