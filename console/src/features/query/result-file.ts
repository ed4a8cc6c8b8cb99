import { read, type Schemas } from '../../api/client'
import type { Cell } from '../../api/format'
import { path } from '../../api/queries'
import type { AnswerColumn } from '../../formats/columns'
import type { Result } from './results'

/** How often the page shows how many rows were read. */
const SHOWN_EVERY_MS = 250
const INTEGERS = new Set(['tinyint', 'smallint', 'int', 'integer', 'bigint'])
const FLOATS = new Set(['float', 'real', 'double'])

/** Where all rows of an answer are, and how many these are once Athena has counted them. */
export const readFile = (queryId: string, signal?: AbortSignal): Promise<Schemas['QueryFile']> =>
  read<Schemas['QueryFile']>(`/v1/queries/${path(queryId)}/download`, { signal })

/** The result with at most `most` rows of its file, in which Athena writes an answer at once; its pages would take minutes. `onRows` gets the rows so far. */
export async function fileRows(
  result: Result,
  signal: AbortSignal,
  most: number,
  onRows: (result: Result) => void,
): Promise<Result> {
  const { url, name } = await readFile(result.query.query_id, signal)
  if (!name.endsWith('.csv')) throw new Error('The answer is not a CSV file.')
  const response = await fetch(url, { signal })
  if (!response.ok || !response.body)
    throw new Error(`The file of the answer has the status ${response.status}.`)
  const rows: Cell[][] = []
  const texts = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const lines = new ResultLines(result.columns)
  let shownAt = performance.now()
  for (let piece = await texts.read(); !piece.done; piece = await texts.read()) {
    for (const row of lines.push(piece.value)) rows.push(row)
    if (rows.length > most) {
      void texts.cancel()
      rows.length = most
      onRows({ ...result, rows })
      return { ...result, rows }
    }
    if (performance.now() - shownAt < SHOWN_EVERY_MS || rows.length < result.rows.length) continue
    shownAt = performance.now()
    onRows({ ...result, rows })
  }
  const whole = { ...result, rows, next: '' }
  onRows(whole)
  return whole
}

/** The rows of a result file, whose text comes in pieces. Its first line has the names of the columns. */
export class ResultLines {
  private rest = ''
  private isHeading = true

  constructor(private readonly columns: AnswerColumn[]) {}

  /** The rows that end within the piece. */
  push(piece: string): Cell[][] {
    const text = this.rest + piece
    const rows: Cell[][] = []
    let at = 0
    for (let line = lineAt(text, at); line; line = lineAt(text, at)) {
      at = line.end
      if (this.isHeading) this.isHeading = false
      else rows.push(line.cells.map((cell, place) => valueOf(cell, this.columns[place]?.type ?? '')))
    }
    this.rest = text.slice(at)
    return rows
  }
}

/** The texts of a line that begins at a place, null where there is no value; undefined where the text ends before it. */
function lineAt(text: string, begin: number): { cells: (string | null)[]; end: number } | undefined {
  const cells: (string | null)[] = []
  for (let at = begin; ; at += 1) {
    const end = text[at] === '"' ? quoteEnd(text, at + 1) : plainEnd(text, at)
    if (end < 0 || end >= text.length) return undefined
    const isQuoted = text[at] === '"'
    const cell = isQuoted ? text.slice(at + 1, end - 1) : text.slice(at, end)
    cells.push(isQuoted ? (cell.includes('"') ? cell.replaceAll('""', '"') : cell) : cell || null)
    at = end
    if (text[at] === '\n') return { cells, end: at + 1 }
  }
}

/** The place behind the quote that ends a value; negative where the text ends before. */
function quoteEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at + 1
  return -1
}

function plainEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== ',' && text[at] !== '\n') at += 1
  return at
}

/** A value as the API answers it: numbers that a double keeps are numbers, times are ISO 8601. */
export function valueOf(text: string | null, type: string): Cell {
  if (text === null) return null
  const [name = ''] = type.split('(')
  if (INTEGERS.has(name) || FLOATS.has(name)) {
    const number = Number(text)
    return (FLOATS.has(name) ? Number.isFinite(number) : Number.isSafeInteger(number)) ? number : text
  }
  if (name === 'boolean') return text === 'true'
  return name === 'timestamp' ? isoTime(text) : text
}

function isoTime(text: string): string {
  const [time = '', fraction = ''] = text.replace(' ', 'T').split('.')
  return /[1-9]/.test(fraction) ? `${time}.${fraction.padEnd(6, '0').slice(0, 6)}` : time
}
