/** Names of record types, by their number (rpc-raft.md §15), as `snapshot inspect` and `decode` of 1.21.4 show them. */
const typeNames = [
  'Register', 'Deregister', 'KVS', 'Session', 'ACL', 'Tombstone', 'CoordinateBatchUpdate', 'PreparedQuery', 'Txn', 'Autopilot',
  'Area', 'ACLBootstrap', 'Intention', 'ConnectCA', 'ConnectCAProviderState', 'ConnectCAConfig', 'Index', 'ACLToken', 'ACLTokenDelete', 'ACLPolicy',
  'ACLPolicyDelete', 'ConnectCALeaf', 'ConfigEntry', 'ACLRole', 'ACLRoleDelete', 'ACLBindingRule', 'ACLBindingRuleDelete', 'ACLAuthMethod', 'ACLAuthMethodDelete', 'ChunkingState',
  'FederationState', 'SystemMetadata', 'ServiceVirtualIP', 'FreeVirtualIP', 'KindServiceName', 'Peering', 'PeeringDelete', 'Unknown(37)', 'PeeringTrustBundle', 'PeeringTrustBundleDelete',
  'PeeringSecret', 'RaftLogVerifierCheckpoint', 'Resource', 'UpdateManualVirtualIPRequestType',
];

/** The name of a record's type. */
export function recordName(type: number): string {
  return typeNames[type] ?? `Unknown(${type})`;
}
