import {ApiClient, orFail} from '../../api-client.ts';
import {columns} from '../../columns.ts';
import {defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';

interface RaftServer {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Leader: boolean;
  readonly ProtocolVersion: string;
  readonly Voter: boolean;
  readonly LastIndex: number;
}

/** `consul operator raft list-peers` (cli.md §3.6). */
export const raftListPeersCommand = defineCommand({
  usage: 'consul operator raft list-peers [options]\n\n  Shows the servers that take part in Raft.',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS},
  async run({flags, io}) {
    const {Servers: servers} = await orFail(
      'Error getting peers: Failed to retrieve raft configuration',
      new ApiClient(flags, io).json<{readonly Servers: readonly RaftServer[]}>('GET', '/v1/operator/raft/configuration'),
    );
    const leaderIndex = servers.find((server) => server.Leader)?.LastIndex ?? 0;
    const rows = servers.map((server) => [
      server.Node, server.ID, server.Address, server.Leader ? 'leader' : 'follower', String(server.Voter),
      server.ProtocolVersion === '' ? '<=1' : server.ProtocolVersion, String(server.LastIndex), trailing(server, leaderIndex),
    ]);
    printLine(io, columns([['Node', 'ID', 'Address', 'State', 'Voter', 'RaftProtocol', 'Commit Index', 'Trails Leader By'], ...rows]));
    return 0;
  },
});

function trailing(server: RaftServer, leaderIndex: number): string {
  if (server.Leader) return '-';
  const behind = leaderIndex - server.LastIndex;
  // Without a leader to compare with the difference is below zero, and Consul prints it as a number without a sign.
  return behind === 1 ? '1 commit' : `${BigInt.asUintN(64, BigInt(behind))} commits`;
}
