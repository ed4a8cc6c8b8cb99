import type { Chosen } from '../files/mapping-choice'

/** What a person decided about a checked file. It is carried out after the commit. */
export interface Decisions {
  mapping: Chosen
  /** Source row → all its values, as corrected. */
  corrections: Map<number, Record<string, string | null>>
}

export const EMPTY_DECISIONS: Decisions = { mapping: {}, corrections: new Map() }
