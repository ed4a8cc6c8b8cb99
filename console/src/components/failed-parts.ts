import { capitalised } from '../formats/words'

/** A part of a page that could not be loaded. */
export interface FailedPart {
  id: string
  cause: string
  what: string
  retry: (() => void) | undefined
}

const MOST_NAMED = 4

/** The parts of a page that one cause concerns, in words; many parts, and parts of one name, are counted. */
export function titleOf(parts: string[]): string {
  const names = new Set(parts)
  if (parts.length > MOST_NAMED || names.size < parts.length) return `${parts.length} parts of this page`
  const last = parts.at(-1) ?? ''
  const words = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last
  return capitalised(words)
}
