import { textMap } from '@fairlead/config';

/** What a service is told of those that call it; infra derives it from their declarations. */
export const authSettings = {
  callerKeyArns: textMap('CALLER_KEY_ARNS', 'Secret of each service that calls this one, by its name.'),
} as const;

/** What a service is told of those that it calls; infra derives it from its declaration. */
export const callSettings = {
  callKeyArns: textMap('CALL_KEY_ARNS', 'Secret for the calls to each service that this one calls, by its name.'),
} as const;
