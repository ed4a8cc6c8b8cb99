import { type Cell, isNumeric } from '../api/format'
import type { AnswerColumn } from './columns'
import { month, WEEKDAYS } from './moments'

export const isoOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

const DAYS_OF_WEEK = 7

/** The part of a date that a column of numbers is; empty for another column. */
export const partOf = ({ type, period = '' }: Pick<AnswerColumn, 'type' | 'period'>): string =>
  isNumeric(type) ? period : ''

/** The place of a part among others. Trino numbers Monday 1 and Sunday 7, DuckDB numbers Sunday 0. */
export function rank(value: Cell, part: string): number {
  const number = Number(value ?? Infinity)
  return part === 'day_of_week' && number === 0 ? DAYS_OF_WEEK : number
}

/**
 * A part of a date in words.
 *
 * @example partWords(1, 'day_of_week') // 'Monday'
 */
export function partWords(value: Cell, part: string): Cell {
  if (value === null || !part) return value
  const number = rank(value, part)
  if (part === 'day_of_week') return WEEKDAYS[number - 1] ?? value
  if (part === 'hour') return `${String(number).padStart(2, '0')}:00`
  if (part === 'quarter') return `Q${number}`
  if (part === 'week') return `Week ${number}`
  if (part === 'month' && number >= 1 && number <= 12)
    return month(isoOf(Date.UTC(2000, number - 1, 1))).split(' ')[0] ?? value
  return String(value)
}
