/**
 * The Azure Application Gateway as the cluster sees it: the only place from which telemetry and browsers come, in its
 * own subnet. The gateway itself is made by `infra/azure`; here stands what it forwards to.
 *
 * Application Gateway v2 speaks no HTTP/2 to its backends, so it carries OTLP/HTTP and Grafana only. Senders of
 * OTLP/gRPC reach the ingress controller's internal address directly, from the networks named in `grpcSenders`.
 */
import type { Construct } from 'constructs';
import { External } from '../core/party';

export interface ApplicationGatewayProps {
  /** Subnet of the gateway's instances, CIDR. */
  readonly subnet: string;
  /** Networks (peered, or over ExpressRoute) whose senders speak OTLP/gRPC past the gateway, CIDR blocks. */
  readonly grpcSenders: readonly string[];
}

export class ApplicationGateway {
  /** Dials the ingress controller for OTLP/HTTP and Grafana. */
  public readonly web: External;
  /** Dial the ingress controller for OTLP/gRPC. */
  public readonly grpcSenders: External | undefined;

  public constructor(scope: Construct, id: string, props: ApplicationGatewayProps) {
    this.web = new External(scope, id, { description: 'Azure Application Gateway', cidrs: [props.subnet] });
    this.grpcSenders =
      props.grpcSenders.length === 0
        ? undefined
        : new External(scope, 'grpc-senders', {
            description: 'Senders of OTLP/gRPC in peered networks',
            cidrs: props.grpcSenders,
          });
  }
}
