import {MeshGatewayConfig} from '../../catalog/proxy-schema.ts';
import {duration, message, nullableNested, type ProtoCodec, repeated, text, textMap, unsigned} from '../../schema/protobuf.ts';
import {enumeration, pointer, signedOrNull} from '../../schema/protobuf-values.ts';
import {HTTPHeaderModifiers, PassiveHealthCheck, ResourceReference} from '../entries/entry-parts.ts';
import {IntentionJWTClaimVerification, IntentionJWTProvider, IntentionJWTRequirement} from '../entries/intentions.ts';

/**
 * What messages of several kinds of entries have in common. Numbers of fields and of enumerations are as 1.21.4 sends
 * them in events of subscriptions; there the enterprise's part of a message is always there, and empty.
 */

export const texts = repeated(text);
export const textsByKey = textMap(text, () => '');

export const meshGateway = message(() => MeshGatewayConfig.zero(), (field) => [field(1, 'Mode', enumeration(['', 'none', 'local', 'remote']))]);

export const headerModifiers = message(() => HTTPHeaderModifiers.zero(), (field) => [
  field(1, 'Add', textsByKey),
  field(2, 'Set', textsByKey),
  field(3, 'Remove', texts),
]);

/** A duration that may be nil. */
const durationOrNull: ProtoCodec<number | null> = {
  type: duration.type,
  isDefault: (value) => value === null,
  write: (writer, value) => duration.write(writer, value ?? 0),
  read: (reader, before) => duration.read(reader, before ?? 0),
};

export const passiveHealthCheck = message(() => PassiveHealthCheck.zero(), (field) => [
  field(1, 'Interval', duration),
  field(2, 'MaxFailures', unsigned),
  field(3, 'EnforcingConsecutive5xx', signedOrNull),
  field(4, 'MaxEjectionPercent', signedOrNull),
  field(5, 'BaseEjectionTime', durationOrNull),
]);

export const resourceReference = message(() => ResourceReference.zero(), (field) => [
  field(1, 'Kind', text),
  field(2, 'Name', text),
  field(3, 'SectionName', text),
  field.empty(4),
]);

const claim = message(() => IntentionJWTClaimVerification.zero(), (field) => [field(1, 'Path', texts), field(2, 'Value', text)]);
const provider = message(() => IntentionJWTProvider.zero(), (field) => [field(1, 'Name', text), field(2, 'VerifyClaims', repeated(pointer(claim)))]);
const requirement = message(() => IntentionJWTRequirement.zero(), (field) => [field(1, 'Providers', repeated(pointer(provider)))]);
export const jwtRequirement = nullableNested(requirement);
