type Members = Record<string, unknown>;

interface Metadata {
  Timestamp: number;
  CloudWatchMetrics: {
    Namespace: string;
    Dimensions: string[][];
    Metrics: { Name: string; Unit: string }[];
  }[];
}

/**
 * Reads a line as CloudWatch does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @throws where CloudWatch would leave it out
 */
export function parseEmbeddedMetrics(line: string) {
  demand(!line.includes('\n') && Buffer.byteLength(line) <= 1024 * 1024, 'an event is one line of up to 1 MB');
  const members = JSON.parse(line) as Members;
  const { Timestamp, CloudWatchMetrics } = members._aws as Metadata;
  const [directive] = CloudWatchMetrics;
  if (!directive) throw new Error('there must be a metric directive');
  const { Namespace, Dimensions, Metrics } = directive;
  demand(Number.isInteger(Timestamp) && Timestamp >= 0, 'a timestamp is a whole number of milliseconds');
  demand(isText(Namespace, 1024), 'a namespace has up to 1,024 characters');
  demand(Metrics.length > 0 && Metrics.length <= 100, 'a directive has up to 100 metrics');
  demand(Dimensions.length > 0 && Dimensions.every((set) => set.length <= 30), 'a set has up to 30 dimensions');
  const names = [...new Set(Dimensions.flat())];
  return {
    namespace: Namespace,
    timestamp: Timestamp,
    dimensionSets: Dimensions,
    dimensions: Object.fromEntries(names.map((name) => [name, readDimension(name, members[name])])),
    metrics: Object.fromEntries(
      Metrics.map(({ Name, Unit }) => {
        demand(isText(Name, 1024) && ['Count', 'Milliseconds'].includes(Unit), `${Name} must have a known unit`);
        return [Name, { unit: Unit, value: readValue(members[Name]) }] as const;
      }),
    ),
  };
}

function readDimension(name: string, value: unknown): unknown {
  demand(isText(name, 250), `the name of a dimension has up to 250 characters, not ${name}`);
  demand(isText(value, 1024) && /^[^:\s][\x20-\x7e]*$/.test(value), `${name} must be ASCII, not ${String(value)}`);
  return value;
}

function readValue(value: unknown): unknown {
  if (typeof value === 'number') return value;
  const { Values, Counts, ...statistics } = value as { Values: unknown[]; Counts: unknown[] };
  demand(Values.length > 0 && Values.length <= 100, 'a metric has up to 100 values');
  demand(Values.length === Counts.length, 'every value has its count');
  demand([...Values, ...Counts, ...Object.values(statistics)].every(Number.isFinite), 'values are numbers');
  demand(Object.keys(statistics).sort().join() === 'Count,Max,Min,Sum', 'the statistics stand beside the values');
  return value;
}

const isText = (value: unknown, maxLength: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxLength;

function demand(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(rule);
}
