import type { Cell } from '../api/format'
import { whole } from '../api/format'
import { cellWords, type Units } from './columns'
import { capitalised } from './words'

/** An answer of SQL, as texts are filled from it. */
export interface AnswerRows {
  columns: string[]
  rows: Cell[][]
}

/** An answer of the API as texts are filled from it. */
export const answerRows = (answer: { columns: { name: string }[]; rows: Cell[][] }): AnswerRows => ({
  columns: answer.columns.map(({ name }) => name),
  rows: answer.rows,
})

const NAME = /\{(\w+)\}/g
/** A part of a text that is left out where a cell of it is null. */
const OPTIONAL = /\[([^[\]]*\{\w+\}[^[\]]*)\]/g
/** The number of rows of an answer, where a text counts them. */
export const COUNT = 'row_count'

/** Whether a table shows a column, which neither counts rows nor only fills a title. */
export const isShown = (column: string): boolean => column !== COUNT && !column.startsWith('title_')

/**
 * A text with `{column}` replaced by cells in people's words, of the first row that has them all; undefined without such a row.
 *
 * `{row_count}` is the number of rows, or the column of that name where the statement lists the first of many.
 * A part in brackets with a `{column}` that is null in the row is left out.
 */
export function filled(template: string, answer: AnswerRows, units: Units): string | undefined {
  const places = new Map(answer.columns.map((name, place) => [name, place]))
  const cell = (row: Cell[], name: string): Cell => row[places.get(name) ?? -1] ?? null
  const hasAll = (row: Cell[], part: string): boolean =>
    namesIn(part).every((name) => cell(row, name) !== null)
  const row = answer.rows.find((each) => hasAll(each, template.replaceAll(OPTIONAL, '')))
  if (!row) return undefined
  const said = template.replaceAll(OPTIONAL, (_, part: string) => (hasAll(row, part) ? part : ''))
  return said.replaceAll(NAME, (_, name: string) =>
    name === COUNT ? whole(rowCount(answer)) : unbroken(cellWords(name, cell(row, name), units[name])),
  )
}

const namesIn = (text: string): string[] =>
  [...text.matchAll(NAME)].map((match) => match[1] ?? '').filter((name) => name !== COUNT)

/** How many rows there are of which the answer has the first. */
export function rowCount({ columns, rows }: AnswerRows): number {
  const counted = rows[0]?.[columns.indexOf(COUNT)] ?? null
  return counted === null ? rows.length : Number(counted)
}

/** A number and its `%` stay on one line. */
const unbroken = (text: string): string => text.replace(/(\d) %/, '$1\u00a0%')

const PARTS = '; '
/** In place of it while cells are filled in, because one may have a semicolon of its own. */
const MARK = '\0'

/** The parts of an answer that have words; undefined where a column of it has no value. */
const partsIn = (template: string, answer: AnswerRows, units: Units): string[] | undefined =>
  filled(template.replaceAll(PARTS, MARK), answer, units)?.split(MARK).filter(Boolean)

/** An answer whose first part is the title; the others stand below. Its template has a semicolon between them. */
export function titleParts(
  template: string,
  answer: AnswerRows,
  units: Units,
): { title: string; others: string } | undefined {
  const parts = partsIn(template, answer, units)
  if (!parts) return undefined
  const [first = '', ...others] = parts
  return { title: capitalised(first), others: capitalised(others.join(PARTS)) }
}

/** An answer as one title of all its parts. */
export function answerTitle(template: string, answer: AnswerRows, units: Units): string | undefined {
  const parts = partsIn(template, answer, units)
  return parts && capitalised(parts.join(PARTS))
}

/** The texts whose columns all have values, in their order: a part that cannot be said is left out. */
export const filledParts = (templates: readonly string[], answer: AnswerRows, units: Units): string[] =>
  templates.map((template) => filled(template, answer, units)).filter((part) => part !== undefined)
