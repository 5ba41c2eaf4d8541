import {type OwnContext} from '../step.ts';
import {type Reply} from '../reply.ts';
import {parseName} from '../name/parse-name.ts';
import {addrStep, virtualStep} from './address-steps.ts';
import {nxDomain, soaZone} from './negative.ts';
import {nodeStep} from './node-step.ts';
import {queryStep} from './query-step.ts';
import {serviceStep} from './service-step.ts';
import {zoneStep} from './zone-step.ts';

/** A name of our own zones: the zone's own records, then the form of the name. */
export async function ownStep(context: OwnContext): Promise<Reply> {
  const ofZone = await zoneStep(context);
  if (ofZone !== null) return ofZone;
  const name = parseName(context.zone.rest, context.query.type);
  switch (name?.form) {
    case 'service':
    case 'connect':
    case 'ingress':
      return serviceStep(name, context);
    case 'node':
      return nodeStep(name, context);
    case 'virtual':
      return virtualStep(name, context);
    case 'query':
      return queryStep(name, context);
    case 'addr':
      return addrStep(name, context);
    case undefined:
      context.logger.warn('QName invalid', {qname: context.zone.rest});
      return nxDomain(soaZone(context), context.config);
  }
}
