import {type CheckType} from '../../catalog/service-definition.ts';
import {HealthCheck, type NodeService} from '../../catalog/schema.ts';
import {formatGoDuration} from '../../schema/go-duration.ts';
import {type CheckDefinition} from './check-definition.ts';
import {kindOf} from './check-kind.ts';

/**
 * The checks of a service's definition as they are listed (agent-checks.md §3). One check has its service's id, several
 * are numbered over all of them, also those that have an id of their own.
 */
export function checksOfService(node: string, service: NodeService, types: readonly CheckType[]): readonly HealthCheck[] {
  return types.map((type, at) =>
    HealthCheck.make({
      Node: node,
      CheckID: type.CheckID || `service:${service.ID}${types.length > 1 ? `:${at + 1}` : ''}`,
      Name: type.Name || `Service '${service.Service}' check`,
      Status: type.Status || 'critical',
      Notes: type.Notes,
      Type: kindOf(type) ?? '',
      Interval: type.Interval === 0 ? '' : formatGoDuration(type.Interval),
      Timeout: type.Timeout === 0 ? '' : formatGoDuration(type.Timeout),
      ...ofService(service),
    }),
  );
}

/** A check that was registered by itself: of the node, or of the service it names. Its durations are always shown. */
export function checkOfDefinition(node: string, definition: CheckDefinition, type: CheckType, service: NodeService | undefined): HealthCheck {
  return HealthCheck.make({
    Node: node,
    CheckID: definition.ID || definition.Name,
    Name: definition.Name,
    Status: definition.Status || 'critical',
    Notes: definition.Notes,
    Type: kindOf(type) ?? '',
    Interval: formatGoDuration(type.Interval),
    Timeout: formatGoDuration(type.Timeout),
    ...(service && ofService(service)),
  });
}

/** What a check repeats of the service it speaks for. */
export function ofService({ID, Service, Tags}: NodeService): Pick<HealthCheck, 'ServiceID' | 'ServiceName' | 'ServiceTags'> {
  return {ServiceID: ID, ServiceName: Service, ServiceTags: Tags};
}
