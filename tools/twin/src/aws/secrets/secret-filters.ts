import type { Secret } from './secret.ts';

interface Filter {
  Key: string;
  Values: string[];
}

/** Whether a secret passes every filter; within one filter, any value will do. */
export function matchesFilters(secret: Secret, filters: readonly Filter[]): boolean {
  return filters.every(({ Key, Values }) => Values.some((value) => matches(secret, Key, value)));
}

function matches(secret: Secret, key: string, value: string): boolean {
  if (value.startsWith('!')) return !matches(secret, key, value.slice(1));
  if (key === 'all') return value.split(/\s+/).some((word) => matchesAnywhere(secret, word));
  if (key === 'description') return (secret.description ?? '').toLowerCase().startsWith(value.toLowerCase());
  return attributes(secret, key).some((attribute) => attribute.startsWith(value));
}

function attributes(secret: Secret, key: string): string[] {
  if (key === 'name') return [secret.name];
  if (key === 'tag-key') return secret.tags.map((tag) => tag.Key);
  if (key === 'tag-value') return secret.tags.map((tag) => tag.Value ?? '');
  return [];
}

function matchesAnywhere(secret: Secret, word: string): boolean {
  const everywhere = [
    ...['name', 'tag-key', 'tag-value'].flatMap((key) => attributes(secret, key)),
    secret.description,
  ];
  return everywhere.some((attribute) => attribute?.toLowerCase().includes(word.toLowerCase()));
}
