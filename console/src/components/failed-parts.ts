import { moment } from '../formats/moments'
import { capitalised, inSeries } from '../formats/words'
import { smallestNumber } from '../formats/extremes'

/** A part of a page that could not be loaded. */
export interface FailedPart {
  id: string
  cause: string
  what: string
  retry: (() => void) | undefined
  /** When it was last read, in milliseconds, where that is still shown; 0 where the time is not known. */
  since?: number | undefined
}

const MOST_NAMED = 4

/** The parts of a page that one cause concerns, in words; many parts, and parts of one name, are counted. */
export function titleOf(parts: string[]): string {
  const names = new Set(parts)
  if (parts.length > MOST_NAMED || names.size < parts.length) return `${parts.length} parts of this page`
  return capitalised(inSeries(parts))
}

/** What a page says above parts that show what was read before; the time is that of the oldest part. */
export function oldTitle(parts: Pick<FailedPart, 'since'>[]): string {
  const times = parts.map(({ since }) => since ?? 0)
  const oldest = smallestNumber(times)
  const at = oldest > 0 ? `at ${moment(new Date(oldest).toISOString().slice(0, 19))}` : 'before'
  const whose = parts.length > 1 ? `${parts.length} parts of this page show` : 'This part of the page shows'
  return `${whose} what was known ${at}`
}
