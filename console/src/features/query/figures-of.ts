import { type Cell, isName, isNumeric } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { inSeries } from '../../formats/words'
import { measures } from './chart-choice'

interface Answer {
  columns: AnswerColumn[]
  rows: Cell[][]
}

/** As many figures stand beside each other; a longer row is read as a table. */
const MAX_FIGURES = 6

/** Whether a column has figures: numbers that name nothing. */
export const isFigure = ({ name, type, kind }: AnswerColumn): boolean =>
  isNumeric(type) && kind !== 'name' && !isName(name)

/** Whether an answer is one row of numbers, each of which is drawn as a figure. */
export const isOfFigures = (answer: Answer): boolean => whyNoFigure(answer) === ''

/** Whether a number is the result of a division by zero, which is no number. */
export const isDividedByZero = (value: Cell): boolean =>
  typeof value === 'string' && /^(?:[-+]?Infinity|NaN)$/.test(value)

/** Whether an answer is one row of measures, of which a chart would have one point: figures in its place. A group, such as a year, has a bar. */
export const isOnlyFigures = (answer: Answer & { query?: { sql: string } }): boolean =>
  isOfFigures(answer) &&
  (answer.rows[0] ?? []).every((cell) => Number.isFinite(Number(cell)) || isDividedByZero(cell)) &&
  measures(answer.columns, answer.query?.sql).length === answer.columns.length

/**
 * What an answer lacks to be drawn as figures, in a sentence; empty where it lacks nothing. A statement without a
 * row today may have one tomorrow.
 *
 * @example whyNoFigure({ columns: [{ name: 'sold', type: 'double' }], rows: [[1], [2]] }) // 'One figure needs …'
 */
export function whyNoFigure({ columns, rows }: Answer): string {
  const texts = columns.filter((column) => !isFigure(column)).map(({ name }) => name)
  if (rows.length > 1)
    return 'One figure needs one row, and the answer has several. Add them up in the statement, or choose table.'
  if (texts.length > 0)
    return `One figure needs numbers, and ${inSeries(texts)} ${texts.length > 1 ? 'are' : 'is'} none. Leave ${texts.length > 1 ? 'them' : 'it'} out of the statement, or choose table.`
  if (columns.length > MAX_FIGURES)
    return `At most ${MAX_FIGURES} figures stand beside each other, and the answer has ${columns.length} columns. Leave some out, or choose table.`
  return rows.length === 1 ? '' : 'The statement answers no row today.'
}
