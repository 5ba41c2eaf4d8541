import {type Random} from '../runtime/random.ts';
import {type Reply} from './reply.ts';

/** The reply as it goes out this time: answers in a random order if they are to be, no more than `answersMax`. */
export function orderedReply(reply: Reply, random: Random): Reply {
  const order = reply.answer.map((_, i) => i);
  if (reply.shuffled) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
    }
  }
  const count = reply.answersMax > 0 ? Math.min(reply.answersMax, order.length) : order.length;
  if (!reply.shuffled && count === order.length) return reply;
  const chosen = order.slice(0, count);
  return {
    ...reply,
    answer: chosen.flatMap((i) => reply.answer[i] ?? []),
    extras: reply.extras.length === 0 ? [] : chosen.map((i) => reply.extras[i] ?? []),
  };
}
