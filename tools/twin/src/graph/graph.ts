import { z } from 'zod';

const resourceSchema = z.object({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  id: z.string().nullish(),
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
});

const graphSchema = z.object({
  project: z.string(),
  stack: z.string(),
  region: z.string(),
  accountId: z.string(),
  resources: z.array(resourceSchema),
});

export type Resource = z.output<typeof resourceSchema>;

/** The resources of one stack, as the infra program describes them. */
export class Graph {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly accountId: string;
  readonly #byType: Map<string, Resource[]>;

  /** @param document the JSON that `npm run graph` writes */
  constructor(document: unknown) {
    const { resources, ...stack } = graphSchema.parse(document);
    this.project = stack.project;
    this.stack = stack.stack;
    this.region = stack.region;
    this.accountId = stack.accountId;
    this.#byType = Map.groupBy(resources, ({ type }) => type);
  }

  /** The outputs of every resource of a type, with its logical name, each checked to be what the twin expects. */
  all<Schema extends z.ZodType>(type: string, schema: Schema): z.output<Schema>[] {
    return (this.#byType.get(type) ?? []).map(({ urn, name, outputs }) => {
      const result = schema.safeParse({ ...outputs, logicalName: name });
      if (result.success) return result.data;
      throw new Error(`the twin does not understand ${urn}: ${z.prettifyError(result.error)}`);
    });
  }
}
