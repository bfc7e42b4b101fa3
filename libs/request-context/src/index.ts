export {
  findRequestContext,
  runInRequest,
  runInTrace,
  type RequestContext,
  type TraceContext,
} from './request-context.ts';
