import type { Facts } from './sample-words'

/** Times that are planned may be in the future. */
const PLANNED =
  /(^|_)(due|until|valid|expires?|expiry|planned|scheduled|expected|estimated|target|promised|next|end|ends|deadline|faellig|geplant|gueltig|bis|soll|ablauf)(_|$)/i

const instant = (text: unknown): number => Date.parse(`${String(text).replace(' ', 'T')}Z`)

/** The newest time of a column of what happened, if it has not happened yet; else empty. */
export function futureTime(name: string, type: string, facts: Facts, now: number): string {
  if (type !== 'timestamp' || PLANNED.test(name) || typeof facts.max !== 'string') return ''
  return instant(facts.max) > now && instant(facts.median) <= now ? facts.max : ''
}
