import type { ListenerAction, ListenerRule } from '../graph/resources.ts';

/** The parts of a request that rules look at. */
export interface MatchedRequest {
  host: string;
  path: string;
}

/** Finds the actions for a request: those of the first rule, by priority, whose every condition holds. */
export function findActions(
  rules: readonly ListenerRule[],
  defaultActions: readonly ListenerAction[],
  request: MatchedRequest,
): readonly ListenerAction[] {
  const byPriority = rules.toSorted((a, b) => a.priority - b.priority);
  return byPriority.find((rule) => holds(rule, request))?.actions ?? defaultActions;
}

const holds = ({ conditions }: ListenerRule, { host, path }: MatchedRequest): boolean =>
  conditions.every(({ pathPattern, hostHeader }) => {
    const pathHolds = pathPattern?.values.some((pattern) => toExpression(pattern, '').test(path)) ?? true;
    const hostHolds = hostHeader?.values.some((pattern) => toExpression(pattern, 'i').test(host)) ?? true;
    return pathHolds && hostHolds;
  });

/** `*` stands for any characters and `?` for one; paths are case-sensitive, host names are not. */
function toExpression(pattern: string, flags: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, flags);
}
