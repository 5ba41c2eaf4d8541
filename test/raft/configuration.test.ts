import fc from 'fast-check';
import {describe, expect, it} from 'vitest';

import {changedConfiguration, type Configuration, configurationText} from '../../src/raft/configuration.ts';
import {decodeConfiguration, encodeConfiguration} from '../../src/raft/configuration-codec.ts';
import {RaftError} from '../../src/raft/raft-error.ts';

const a = {id: 'a', address: '10.0.0.1:8300', suffrage: 0} as const;
const b = {id: 'b', address: '10.0.0.2:8300', suffrage: 0} as const;
const c = {id: 'c', address: '10.0.0.3:8300', suffrage: 1} as const;
const three: Configuration = {servers: [a, b, c]};

describe('a membership change', () => {
  it('makes a voter, moves an address, and never takes a vote by adding', () => {
    expect(changedConfiguration(three, {op: 'add-voter', id: 'c', address: c.address}).servers).toEqual([a, b, {...c, suffrage: 0}]);
    const moved = changedConfiguration(three, {op: 'add-nonvoter', id: 'b', address: '10.0.0.9:8300'});
    expect(moved.servers).toEqual([a, {...b, address: '10.0.0.9:8300'}, c]);
  });

  it('that changes nothing is the same configuration', () => {
    expect(changedConfiguration(three, {op: 'add-voter', id: 'a', address: a.address})).toBe(three);
    expect(changedConfiguration(three, {op: 'remove-server', id: 'z'})).toBe(three);
    expect(changedConfiguration(three, {op: 'demote-voter', id: 'c'})).toBe(three);
  });

  it('is refused when nobody could vote or two would share an address', () => {
    const sole = {servers: [a, c]};
    expect(() => changedConfiguration(sole, {op: 'demote-voter', id: 'a'})).toThrow(/at least one voter/);
    expect(() => changedConfiguration(sole, {op: 'remove-server', id: 'a'})).toThrow(RaftError);
    expect(() => changedConfiguration(sole, {op: 'add-voter', id: 'd', address: a.address})).toThrow(/found duplicate address in configuration/);
  });
});

describe('the bytes of a configuration', () => {
  it('are those of a real server', () => {
    const hex =
      '81a7536572766572739283a741646472657373ae3132372e302e302e313a38333030a24944da002461616161616161612d313131312d343131312d383131312d313131313131313131313131a853756666726167650083a741646472657373ae3132372e302e302e323a38333030a24944da002462626262626262622d313131312d343131312d383131312d313131313131313131313132a8537566667261676501';
    const configuration: Configuration = {
      servers: [
        {id: 'aaaaaaaa-1111-4111-8111-111111111111', address: '127.0.0.1:8300', suffrage: 0},
        {id: 'bbbbbbbb-1111-4111-8111-111111111112', address: '127.0.0.2:8300', suffrage: 1},
      ],
    };
    expect(encodeConfiguration(configuration).toString('hex')).toBe(hex);
    expect(decodeConfiguration(Buffer.from(hex, 'hex'))).toEqual(configuration);
  });

  it('come back, for any servers', () => {
    const server = fc.record({id: fc.string({maxLength: 50}), address: fc.string({maxLength: 300}), suffrage: fc.constantFrom(0 as const, 1 as const, 2 as const)});
    fc.assert(
      fc.property(fc.array(server, {maxLength: 40}), (servers) => {
        expect(decodeConfiguration(encodeConfiguration({servers}))).toEqual({servers});
      }),
    );
  });

  it('damaged in any way are an error or another configuration, never a crash', () => {
    const good = encodeConfiguration(three);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bytes = Buffer.from(good.subarray(0, Math.max(at + 1, length)));
        bytes[at] = byte;
        try {
          decodeConfiguration(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RaftError);
        }
      }),
      {numRuns: 2000},
    );
  });
});

it('a configuration reads as consul info shows it', () => {
  expect(configurationText({servers: [a, c]})).toBe('[{Suffrage:Voter ID:a Address:10.0.0.1:8300} {Suffrage:Nonvoter ID:c Address:10.0.0.3:8300}]');
});
