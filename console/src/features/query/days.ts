import type { Cell } from '../../api/format'

const DAY = /^\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?( UTC|Z)?)?$/

/** The characters of `2026-11-01`. */
export const DAY_CHARACTERS = 10

/** Whether every value of a column is a day or a midnight, such as those of date_trunc. */
export function isOfDays(rows: Cell[][], place: number): boolean {
  const isSaid = (row: Cell[]): boolean => (row[place] ?? null) !== null
  return rows.some(isSaid) && rows.every((row) => !isSaid(row) || DAY.test(String(row[place])))
}

/** The rows of an answer with a day in place of each moment of such a column. */
export function withDays(rows: Cell[][]): Cell[][] {
  const places = (rows[0] ?? []).map((_, place) => place).filter((place) => isOfDays(rows, place))
  if (places.length === 0) return rows
  const cut = new Set(places)
  return rows.map((row) =>
    row.map((cell, place) =>
      cut.has(place) && cell !== null ? String(cell).slice(0, DAY_CHARACTERS) : cell,
    ),
  )
}
