import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';

/** `consul operator raft remove-peer` (cli.md §3.6). */
export const raftRemovePeerCommand = defineCommand({
  usage:
    'consul operator raft remove-peer [options]\n\n  Takes a server out of Raft that is gone for good, so that its vote is no longer waited for.\n  While "consul members" still shows it, "consul force-leave" is the better way: a server that\n  is alive and not told to leave comes back within a minute.',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    address: {kind: 'string', help: 'The server with this address, as ip:port.'},
    id: {kind: 'string', help: 'The server with this ID.'},
  },
  async run({flags, io}) {
    const {address, id} = flags;
    if (address === '' && id === '') throw new CommandFailure('Error removing peer: an address or id is required for the peer to remove');
    if (address !== '' && id !== '') throw new CommandFailure('Error removing peer: cannot give both an address and id');
    const query = id === '' ? {address} : {id};
    await orFail('Error removing peer', new ApiClient(flags, io).call('DELETE', '/v1/operator/raft/peer', {query}));
    printLine(io, id === '' ? `Removed peer with address "${address}"` : `Removed peer with id "${id}"`);
    return 0;
  },
});
