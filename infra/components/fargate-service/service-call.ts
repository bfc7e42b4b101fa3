import { CONTAINER_PORT } from '@fairlead/manifest';
import * as pulumi from '@pulumi/pulumi';
import { allowFlow } from '../firewall/allow-flow.ts';
import type { FargateService } from './fargate-service.ts';

export interface ServiceCallArgs {
  caller: FargateService;
  callee: FargateService;
}

/** The way from one service to another that the first declares to call. */
export class ServiceCall extends pulumi.ComponentResource {
  constructor(name: string, { caller, callee }: ServiceCallArgs, opts: pulumi.ComponentResourceOptions) {
    super('fairlead:fargate-service:ServiceCall', name, {}, opts);
    allowFlow(
      name,
      { from: caller.securityGroupId, to: callee.securityGroupId, port: CONTAINER_PORT, description: `Calls ${name}` },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
