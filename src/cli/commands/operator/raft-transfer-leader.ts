import {ApiClient, orFail} from '../../api-client.ts';
import {defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';

/** `consul operator raft transfer-leader` (cli.md §3.6). */
export const raftTransferLeaderCommand = defineCommand({
  usage: 'consul operator raft transfer-leader [options]\n\n  Hands the leadership over to another server, without an election that nobody asked for.',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS, id: {kind: 'string', help: 'The ID of the server that is to lead. Without it, the one that is nearest to having all entries.'}},
  async run({flags, io}) {
    const query = flags.id === '' ? {} : {id: flags.id};
    // Consul's own words, with the letter they lack.
    const failed = 'Error transfering leadership: Failed to transfer leadership';
    await orFail(failed, new ApiClient(flags, io).call('POST', '/v1/operator/raft/transfer-leader', {query}), ' ');
    printLine(io, 'Success');
    return 0;
  },
});
