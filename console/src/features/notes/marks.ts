import { kindOfTime } from '../../formats/moments'
import type { Note } from './notes'
import { smallestNumber } from '../../formats/extremes'

/** A place on an axis of time with the notes on its days. */
export interface Mark {
  place: number
  /** Where on the axis the day of the first of its notes is: a period is from half a place before its own to half a place after. */
  at: number
  notes: Note[]
}

const DAY_MS = 86_400_000
const dayOf = (text: string): number => Date.parse(`${text.slice(0, 10)}T00:00Z`)

/** The places of an axis on whose days people wrote notes: a period begins at its own place and ends before the next; the last is as long as the one before it. */
export function marksOf(axis: readonly string[], notes: readonly Note[]): Mark[] {
  const begins = axis.map((text) => (kindOfTime(text) ? dayOf(text) : Number.NaN))
  if (begins.length === 0 || begins.some((at, place) => !(at >= (begins[place - 1] ?? at)))) return []
  const last = begins.at(-1) ?? 0
  const end = last + Math.max(DAY_MS, last - (begins.at(-2) ?? last))
  const marks = new Map<number, Note[]>()
  for (const note of notes) {
    const day = dayOf(note.noted_on)
    const place = begins.findLastIndex((begin) => begin <= day)
    if (place < 0 || day >= end) continue
    marks.set(place, [...(marks.get(place) ?? []), note])
  }
  const atOf = (place: number, on: Note[]): number => {
    const begin = begins[place] ?? 0
    const day = smallestNumber(on.map(({ noted_on }) => dayOf(noted_on)))
    return place - 0.5 + (day + DAY_MS / 2 - begin) / ((begins[place + 1] ?? end) - begin)
  }
  return [...marks]
    .sort(([one], [other]) => one - other)
    .map(([place, on]) => ({ place, at: atOf(place, on), notes: on }))
}
