import type { PlayedResources } from '../graph/resources.ts';
import { invokeFunction, type InvocationOptions } from './invoke-function.ts';

/** Makes every invocation that the graph asks for: those of one function one after the other, functions side by side. */
export async function invokeFunctions(
  { functions, invocations }: Pick<PlayedResources, 'functions' | 'invocations'>,
  options: InvocationOptions,
): Promise<void> {
  const byFunction = Map.groupBy(invocations, ({ functionName }) => functionName);
  await Promise.all(
    [...byFunction].map(async ([functionName, requests]) => {
      const definition = functions.find(({ name }) => name === functionName);
      if (!definition)
        throw new Error(`an invocation names the function ${functionName}, which the graph does not have`);
      const events = requests.map(({ input }) => input);
      await invokeFunction(definition, events, options);
    }),
  );
}
