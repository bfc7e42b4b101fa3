import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** The same document that a service answers; the load balancer may not call it application/problem+json. */
const NOT_FOUND = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  code: 'entrance/no-such-route',
  detail: 'no service is served under this path',
};

const notFound = {
  type: 'fixed-response',
  fixedResponse: { statusCode: '404', contentType: 'application/json', messageBody: JSON.stringify(NOT_FOUND) },
};

const redirectToHttps = { type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } };

interface HttpListenerArgs {
  loadBalancerArn: pulumi.Output<string>;
  /** Whether it only sends callers to HTTPS. */
  redirect: boolean;
}

interface HttpsListenerArgs {
  loadBalancerArn: pulumi.Output<string>;
  certificateArn: pulumi.Output<string>;
}

/** Listens on port 80. */
export function createHttpListener(parent: pulumi.Resource, name: string, args: HttpListenerArgs): aws.lb.Listener {
  return new aws.lb.Listener(
    `${name}-http`,
    {
      loadBalancerArn: args.loadBalancerArn,
      port: 80,
      protocol: 'HTTP',
      defaultActions: [args.redirect ? redirectToHttps : notFound],
    },
    { parent },
  );
}

/** Listens on port 443, for TLS 1.2 and 1.3. */
export function createHttpsListener(parent: pulumi.Resource, name: string, args: HttpsListenerArgs): aws.lb.Listener {
  return new aws.lb.Listener(
    `${name}-https`,
    {
      loadBalancerArn: args.loadBalancerArn,
      port: 443,
      protocol: 'HTTPS',
      certificateArn: args.certificateArn,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      defaultActions: [notFound],
    },
    { parent },
  );
}
