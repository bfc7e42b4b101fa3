import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the clock of the provider may be from ours: a webhook that somebody recorded is worthless after it. */
const TOLERANCE_SECONDS = 5 * 60;

const HEADER = /^t=(?<time>\d{1,12}),v1=(?<digest>[0-9a-f]{64})$/;

export interface SignedBody {
  header: string | undefined;
  body: Buffer;
}

/** Whether one of the keys signed these bytes, and that not long before or after `nowMs`. */
export function isSigned({ header, body }: SignedBody, keys: readonly string[], nowMs: number): boolean {
  const { time, digest } = HEADER.exec(header ?? '')?.groups ?? {};
  if (time === undefined || digest === undefined) return false;
  if (Math.abs(nowMs / 1000 - Number(time)) > TOLERANCE_SECONDS) return false;
  const given = Buffer.from(digest, 'hex');
  return keys.some((key) => timingSafeEqual(createHmac('sha256', key).update(`${time}.`).update(body).digest(), given));
}
