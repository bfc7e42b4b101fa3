import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line written on behalf of a request carries. */
export interface RequestContext {
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work`, and all it awaits, in the context of a request. */
export const runInRequest = <Result>(context: RequestContext, work: () => Result): Result => storage.run(context, work);

/** The context of the request being served, if there is one. */
export const findRequestContext = (): RequestContext | undefined => storage.getStore();
