import { AwsError } from '../protocol/aws-error.ts';
import { findPage } from '../protocol/paging.ts';
import { integer, list, oneOf, optional, structure, text } from '../protocol/shape.ts';

/** The id or ARN of a namespace or service. */
export const resourceId = text({ max: 255 });
export const instanceId = text({ max: 64 });
export const pageMembers = { MaxResults: optional(integer(1, 100)), NextToken: optional(text({ max: 4096 })) };

/** The names that DiscoverInstances and DiscoverInstancesRevision take. */
export const nameMembers = {
  NamespaceName: text({ pattern: /^[!-~]{1,1024}$/ }),
  ServiceName: text({ min: 1, max: 127 }),
  OwnerAccount: optional(text({ min: 12, max: 12 })),
};

/** Filters of a list, by one of the given names. */
export function filtersBy<const T extends string>(...names: [T, ...T[]]) {
  return optional(
    list(
      structure({
        Name: oneOf(...names),
        Values: list(text({ min: 1, max: 255 }), { min: 1 }),
        Condition: optional(oneOf('EQ', 'IN', 'BETWEEN', 'BEGINS_WITH')),
      }),
    ),
  );
}

interface Filter {
  Name: string;
  Values: string[];
  Condition: 'EQ' | 'IN' | 'BETWEEN' | 'BEGINS_WITH' | undefined;
}

/** Whether what is known under each filter's name passes it. */
export function passes(filters: readonly Filter[] | undefined, known: Readonly<Record<string, string[]>>): boolean {
  return (filters ?? []).every(({ Name, Values, Condition = 'EQ' }) => {
    const [wanted = ''] = Values;
    if (Condition === 'BETWEEN') throw new AwsError('InvalidInput', `Condition BETWEEN is not supported for ${Name}`);
    if (Condition !== 'IN' && Values.length > 1) {
      throw new AwsError('InvalidInput', `Condition ${Condition} takes one value; ${Values.length} given for ${Name}`);
    }
    const values = known[Name] ?? [];
    if (Condition === 'BEGINS_WITH') return values.some((value) => value.startsWith(wanted));
    return values.some((value) => Values.includes(value));
  });
}

/** One page of a list, its token added under AWS's name. */
export function page<T>(
  items: readonly T[],
  request: { MaxResults: number | undefined; NextToken: string | undefined },
): { items: T[]; next: { NextToken?: string } } {
  const found = findPage(items, { maxResults: request.MaxResults ?? 100, nextToken: request.NextToken });
  if (!found) throw new AwsError('InvalidInput', 'The NextToken value is invalid');
  return { items: found.items, next: found.nextToken === undefined ? {} : { NextToken: found.nextToken } };
}
