import { z } from 'zod';

/** The entity tag of a version (RFC 9110, section 8.8.3). */
export const toEntityTag = (version: number): string => `"${version}"`;

const LIST = /^(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*)$/;

/** An `If-Match` or `If-None-Match` field: `*`, or a list of entity tags. */
export const entityTags = z
  .string()
  .max(1000)
  .regex(LIST, 'must be * or entity tags in double quotes, such as "3"')
  .transform((text) => text.split(/\s*,\s*/));

/** Whether a version is among the tags of `If-Match`, by strong comparison: weak tags never match. */
export const matchesVersion = (tags: readonly string[], version: number): boolean =>
  tags.includes('*') || tags.includes(toEntityTag(version));

/** Whether a version is among the tags of `If-None-Match`, by weak comparison (RFC 9110, section 13.1.2). */
export const isKnownVersion = (tags: readonly string[], version: number): boolean =>
  matchesVersion(
    tags.map((tag) => tag.replace(/^W\//, '')),
    version,
  );
