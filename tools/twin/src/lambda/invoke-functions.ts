import type { PlayedResources } from '../graph/resources.ts';
import { invokeFunction, type InvocationOptions } from './invoke-function.ts';

/** Makes every invocation that the graph asks for, those of one function one after the other. */
export async function invokeFunctions(
  { functions, invocations }: PlayedResources,
  options: InvocationOptions,
): Promise<void> {
  for (const { functionName, input } of invocations) {
    const definition = functions.find(({ name }) => name === functionName);
    if (!definition) throw new Error(`an invocation names the function ${functionName}, which the graph does not have`);
    await invokeFunction(definition, input, options);
  }
}
