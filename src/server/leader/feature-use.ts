import {RegisterRequest, type NodeService} from '../../catalog/schema.ts';
import {connectNameOf, Services} from '../../catalog/tables.ts';
import {type ConfigEntry, ConfigEntryRequest, configEntryOf} from '../../config-entry/schema.ts';
import {ConfigEntries} from '../../config-entry/state.ts';
import {givesVirtualIp} from '../../config-entry/virtual-ips.ts';
import {type Type} from '../../schema/type.ts';
import {type Reader} from '../../store/reader.ts';
import {TxnRequest} from '../../txn/schema.ts';

/** Whether there is something in the state that virtual addresses are for. */
export function usesVirtualAddresses(reader: Reader): boolean {
  if (reader.byIndex(Services, 'connect').first('') !== undefined) return true;
  for (const entry of reader.all(ConfigEntries)) if (isEntryOfMesh(entry)) return true;
  return false;
}

/** Whether a command writes something that virtual addresses are for. @param codec of its body */
export function bringsVirtualAddresses<Body>(codec: Type<Body>, body: Body): boolean {
  if (isOf(RegisterRequest, codec, body)) return isWayIntoMesh(body.Service);
  if (isOf(TxnRequest, codec, body)) return body.Ops?.some(({Service}) => Service !== null && isWayIntoMesh(Service.Service)) === true;
  if (isOf(ConfigEntryRequest, codec, body)) return isEntryOfMesh(configEntryOf(body.Kind, body.Entry));
  return false;
}

function isWayIntoMesh(service: NodeService | null): boolean {
  return service !== null && connectNameOf(service) !== undefined;
}

/** Defaults of a service are written without any mesh too: only those of a destination outside of it are of use there alone. */
function isEntryOfMesh({Kind, Name, body}: ConfigEntry): boolean {
  if (Kind === 'terminating-gateway') return true;
  if (Kind === 'service-defaults') return body.Destination !== null;
  return givesVirtualIp(Kind, Name);
}

/** A codec tells what the bodies are that come with it. */
function isOf<Wanted>(wanted: Type<Wanted>, codec: object, body: unknown): body is Wanted {
  return Object.is(codec, wanted) && body !== undefined;
}
