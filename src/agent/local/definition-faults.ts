import {type ServiceDefinition} from '../../catalog/service-definition.ts';
import {type Weights} from '../../catalog/service-parts.ts';
import {serviceProblems} from '../../catalog/service-problems.ts';
import {ConsulError} from '../../consul-error.ts';
import {isCheckStatus} from '../../health/check-result.ts';
import {metadataFault} from '../../schema/metadata.ts';
import {checkTypesOf, serviceOfDefinition} from './built-service.ts';
import {type CheckDefinition, checkTypeOf} from './check-definition.ts';
import {checkTypeFault} from './check-kind.ts';
import {multiError} from './errors.ts';

const wildcardAddresses = new Set(['0.0.0.0', '::', '[::]']);
const dnsWeightMax = 65_535;

const bad = (text: string): ConsulError => new ConsulError(text, 400);

/** What is wrong with a service that somebody registers, in Consul's order (http-core.md §9.3), or undefined. */
export function serviceFault(definition: ServiceDefinition): ConsulError | undefined {
  if (definition.Name === '') return bad('Missing service name');
  if (wildcardAddresses.has(definition.Address)) return bad('Invalid service address');
  const weights = definition.Weights === null ? undefined : weightsFault(definition.Weights);
  if (weights !== undefined) return bad(`Invalid Weights: ${weights}`);
  const meta = definition.Meta === null ? undefined : metadataFault(definition.Meta);
  if (meta !== undefined) return bad(`Invalid Service Meta: ${meta}`);
  const problems = serviceProblems(serviceOfDefinition(definition));
  if (problems.length > 0) return bad(`Validation failed: ${multiError(problems)}`);
  return checksFault(definition, 'Invalid check') ?? sidecarFault(definition);
}

function sidecarFault({Connect}: ServiceDefinition): ConsulError | undefined {
  return Connect === null || Connect.SidecarService === null ? undefined : checksFault(Connect.SidecarService, 'Invalid check in sidecar_service');
}

function checksFault(definition: ServiceDefinition, prefix: string): ConsulError | undefined {
  for (const type of checkTypesOf(definition)) {
    const fault = checkTypeFault(type);
    if (fault !== undefined) return bad(`${prefix}: ${fault}`);
    if (type.Status !== '' && !isCheckStatus(type.Status)) return bad("Status for checks must 'passing', 'warning', 'critical'");
  }
  return undefined;
}

function weightsFault({Passing, Warning}: Weights): string | undefined {
  if (Passing < 1) return 'Passing must be greater than 0';
  if (Warning < 0) return 'Warning must be greater or equal than 0';
  return Passing > dnsWeightMax || Warning > dnsWeightMax ? `DNS Weight must be between 0 and ${dnsWeightMax}` : undefined;
}

/** What is wrong with a check that somebody registers by itself, in Consul's order (http-core.md §8.2), or undefined. */
export function checkFault(definition: CheckDefinition): ConsulError | undefined {
  if (definition.Name === '') return bad('Missing check name');
  if (definition.Status !== '' && !isCheckStatus(definition.Status)) return bad('Bad check status');
  const fault = checkTypeFault(checkTypeOf(definition));
  return fault === undefined ? undefined : bad(`Invalid check: ${fault}`);
}
