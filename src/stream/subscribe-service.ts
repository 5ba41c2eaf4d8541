import {type Authorizer, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type GrpcCall, type GrpcMethod} from '../rpc/grpc/grpc-server.ts';
import {grpcCode, GrpcError} from '../rpc/grpc/grpc-status.ts';
import {type Clock} from '../runtime/clock.ts';
import {pause} from '../runtime/pause.ts';
import {inTurns} from '../runtime/slices.ts';
import {ProtobufError} from '../wire/protobuf-reader.ts';
import {catchUpMs, catchUpPollMs, followStretchMs} from './limits.ts';
import {type SubscribeRequest, subscribeRequestMessage, topic as topicNumber} from './messages.ts';
import {type SubjectState, frameOf} from './subject-state.ts';
import {type Subject, type Subjects} from './subjects.ts';
import {type Topic} from './topic.ts';
import {topics} from './topics.ts';

export const subscribePath = '/subscribe.StateChangeSubscription/Subscribe';

/** How far this server's state is. */
export interface Progress {
  /** It has heard of a leader since it started: what it holds is not from another age. */
  readonly hasHeardLeader: boolean;
  /** Index of the last entry whose effect can be read, and of the last one known to be committed. */
  readonly appliedIndex: number;
  readonly commitIndex: number;
}

export interface SubscribeServiceOptions {
  readonly datacenter: string;
  readonly subjects: Subjects;
  readonly resolver: TokenResolver;
  readonly progress: Progress;
  /** Hands a call on to a server of another datacenter. @throws GrpcError, ConsulError */
  readonly forward: (datacenter: string, path: string, request: Buffer, call: GrpcCall) => Promise<void>;
  readonly clock: Clock;
}

/**
 * StateChangeSubscription.Subscribe (rpc-raft.md §10): the state of a subject as it is, then each change. Any server
 * answers it from its own state, so what it shows is as fresh as a stale read.
 */
export function subscribeMethod(options: SubscribeServiceOptions): GrpcMethod {
  return async (bytes, call) => {
    const request = decoded(bytes);
    if (request.Datacenter !== '' && request.Datacenter !== options.datacenter) return options.forward(request.Datacenter, subscribePath, bytes, call);
    const {topic, name} = subjectOf(request);
    await caughtUp(options, request.Index, call.signal);
    const authorizer = await resolved(options.resolver, request.Token);
    const {subject, release} = options.subjects.hold(request.Topic, topic, name, authorizer);
    try {
      await subject.ready;
      if (subject.state === undefined) throw closed();
      const started = await begin(subject.state, request.Index, call);
      await follow(subject, started, call, options.clock, () => isStill(options.resolver, request.Token, authorizer));
    } finally {
      release();
    }
  };
}

/** Brings the subscriber to the state there is, unless he has seen it. */
async function begin(state: SubjectState, index: number, call: GrpcCall): Promise<SubjectState> {
  if (index > 0 && state.holdsAt(index)) return state;
  if (index > 0) await call.send(frameOf({NewSnapshotToFollow: true}));
  for await (const piece of inTurns(state.snapshot())) await call.send(piece);
  return state;
}

/** Sends each change, until the caller goes. One who reads slowly gets fewer and larger ones. */
async function follow(subject: Subject, started: SubjectState, call: GrpcCall, clock: Clock, isAllowed: () => Promise<boolean>): Promise<void> {
  let sent = started;
  while (!call.signal.aborted) {
    await sent.superseded.wait({timeoutMs: followStretchMs, clock, signal: call.signal});
    if (call.signal.aborted) return;
    if (subject.isOver || !(await isAllowed())) {
      throw closed();
    }
    const {state} = subject;
    if (state === undefined || state === sent) continue;
    await call.send(await state.changesSince(sent));
    sent = state;
  }
}

function closed(): GrpcError {
  return new GrpcError(grpcCode.aborted, 'subscription closed by server, client must reset state and resubscribe');
}

function decoded(bytes: Buffer): SubscribeRequest {
  try {
    return subscribeRequestMessage.decode(bytes);
  } catch (error) {
    if (error instanceof ProtobufError) throw new GrpcError(grpcCode.internal, `grpc: error unmarshalling request: ${error.message}`);
    throw error;
  }
}

/** @throws GrpcError with the texts of 1.21.4 */
function subjectOf(request: SubscribeRequest): {readonly topic: Topic<never>; readonly name: string} {
  const {Topic: number, Key, NamedSubject, WildcardSubject} = request;
  const topic = topics.get(number);
  const name = NamedSubject?.Key ?? Key;
  if (WildcardSubject) {
    if (topic === undefined) throw new GrpcError(grpcCode.unknown, `unknown topic ${topicText(number)}`);
    if (topic.subjects === 'named') throw new GrpcError(grpcCode.unknown, `topic ${topic.name} does not support wildcard subscriptions`);
    return {topic, name: ''};
  }
  if (name === '') throw new GrpcError(grpcCode.invalidArgument, 'either WildcardSubject or NamedSubject.Key is required');
  if (topic === undefined || number === topicNumber.ipRateLimit) throw new GrpcError(grpcCode.invalidArgument, `cannot construct subject for topic ${topic?.name ?? topicText(number)}`);
  if (topic.subjects === 'wildcard') throw new GrpcError(grpcCode.invalidArgument, `topic ${topic.name} can only be consumed using WildcardSubject`);
  return {topic, name};
}

function topicText(number: number): string {
  return number === 0 ? 'Unknown' : String(number);
}

/** One who changes servers must not be sent back in time: the server waits until it is as far as he was. */
async function caughtUp({progress, clock}: SubscribeServiceOptions, index: number, signal: AbortSignal): Promise<void> {
  const deadlineMs = clock.nowMs() + catchUpMs;
  let target = Number.POSITIVE_INFINITY;
  for (;;) {
    if (progress.hasHeardLeader && target === Number.POSITIVE_INFINITY) target = Math.max(index, progress.commitIndex);
    if (progress.appliedIndex >= target || signal.aborted) return;
    if (clock.nowMs() >= deadlineMs) {
      // Whoever has heard no leader knows nothing that is worth telling; one who is merely slow does.
      if (!progress.hasHeardLeader) throw new GrpcError(grpcCode.unavailable, 'No cluster leader');
      return;
    }
    await pause(clock, catchUpPollMs, signal);
  }
}

async function resolved(resolver: TokenResolver, token: string): Promise<Authorizer> {
  try {
    return await resolver.resolve(token);
  } catch (error) {
    if (error instanceof ConsulError) throw new GrpcError(grpcCode.unknown, error.message);
    throw error;
  }
}

/** Whether the token still means what it meant when the subscription began. */
async function isStill(resolver: TokenResolver, token: string, authorizer: Authorizer): Promise<boolean> {
  try {
    return (await resolver.resolve(token)).fingerprint === authorizer.fingerprint;
  } catch (error) {
    if (error instanceof ConsulError) return false;
    throw error;
  }
}
