import type { Schemas } from '../../api/client'
import { count, withoutZeroExponent } from '../../api/format'
import { isOfDuplicates, ruleWords, type TypeOf } from '../../formats/rules'
import { asOnItsClock, kindOfTime } from '../../formats/moments'
import { capitalised, columnTitle } from '../../formats/words'
import { formatWords } from '../import/formats'
import { asInFile, type Spellings } from './file-spelling'

type CountedGroup = Schemas['RejectionGroup']

export interface RejectionGroup extends CountedGroup {
  title: string
  /** Those of its rows that were read. */
  shown: Schemas['RejectedRow'][]
}

/** One value for all rows of a group that wait, by the group's key. */
export type GroupValues = Map<string, Schemas['CorrectedGroup']>

export const groupKey = ({ rule, column }: Pick<Schemas['RejectionGroup'], 'rule' | 'column'>): string =>
  `${rule} ${column}`

/** Whether a value for the row can be sent: it breaks a rule of one column, and no correction of it is accepted or on its way. */
export function isCorrectable(row: Schemas['RejectedRow']): boolean {
  return mayBeTyped(row) && row.column !== ''
}

/** Whether cells of the row can be typed: no correction of it is accepted or on its way, and it is no duplicate. */
export const mayBeTyped = (row: Schemas['RejectedRow']): boolean =>
  isOpen(row) && row.disposition !== 'duplicate' && !isSentAgain(row) && !isRagged(row)

/** A cell that broke a rule, in the file or in the correction that was refused. */
export type Refusal = Pick<Schemas['RejectedRow'], 'column' | 'rule' | 'reason' | 'value'>

/** Every refused cell of a row, the first reason first; numbers of cards come from their source again. */
export const refusedCells = (row: Schemas['RejectedRow']): [Refusal, ...Refusal[]] => [
  row,
  ...row.also_refused
    .filter((cell) => !isSentAgain(cell))
    .map((cell) => ({ ...cell, value: row.record[cell.column] ?? null })),
]

/** Whether the cells of a row of another width can be written. */
export const mayBeWritten = (row: Schemas['RejectedRow']): boolean => isOpen(row) && isRagged(row)

/** Whether the row lost to another of its key, and can be sent again: with another key, or instead of that row. */
export function mayEnterAgain(row: Schemas['RejectedRow']): boolean {
  return isOpen(row) && row.rule === 'duplicate_key'
}

/** What a person has typed, by source row and column. */
export type Corrections = Map<number, Record<string, string | null>>

/** The corrections with the values of a row; without values the row is not sent. */
export function withRow(
  corrections: Corrections,
  row: number,
  values: Record<string, string | null> | undefined,
): Corrections {
  const others = [...corrections].filter(([other]) => other !== row)
  return new Map(values ? [...others, [row, values]] : others)
}

/** The corrections with a value of a cell: null leaves it empty, and a field without text is no correction. */
export function withCell(
  corrections: Corrections,
  row: number,
  column: string,
  value: string | null,
): Corrections {
  const others = Object.entries(corrections.get(row) ?? {}).filter(([name]) => name !== column)
  const values = Object.fromEntries(value === '' ? others : [...others, [column, value]])
  return withRow(corrections, row, Object.keys(values).length > 0 ? values : undefined)
}

/** Whether no correction was sent, or the newest one was refused. */
const isOpen = ({ correction }: Schemas['RejectedRow']): boolean => !correction || correction === 'refused'

/** Whether the value has to come from its source again: nobody types a card number into the console. */
export const isSentAgain = ({ rule }: Pick<Schemas['RejectedRow'], 'rule'>): boolean => NUMBER_RULES.has(rule)

/** Whether the row has another number of cells than the header, so that every cell is written again. */
export const isRagged = ({ rule, record }: Pick<Schemas['RejectedRow'], 'rule' | 'record'>): boolean =>
  rule === 'ragged_row' && record._raw !== undefined

const MOST_FACTS = 4

/** By which a person knows the row again in their own books: its key, and its first values, those with telling names first. */
export function identity(
  row: Schemas['RejectedRow'],
  keyColumns: string[],
  titleOf = columnTitle,
  spellings: Spellings = {},
): string {
  const refused = refusedCells(row).map(({ column }) => column)
  const names = Object.keys(row.record).filter((name) => name !== '_raw')
  const named = names.filter((name) => /(_id|_at|_on|date|amount|total|name)$/.test(name))
  return [...new Set([...keyColumns, ...named, ...names])]
    .filter((name) => !refused.includes(name) && row.record[name])
    .slice(0, MOST_FACTS)
    .map((name) => `${titleOf(name)} ${textWords(row.record[name] ?? '', spellings[name])}`)
    .join(' · ')
}

const AMOUNT = /^-?\d+\.\d{2}\d+$/

/**
 * A cell of a file as the file writes it, else as a person does: a day without midnight, an amount without zeros at
 * its end.
 *
 * @example textWords('728.3900') // '728.39'
 */
export function textWords(text: string, spelling?: Spellings[string]): string {
  const plain = withoutZeroExponent(text)
  const own = asInFile(plain, spelling)
  if (own !== undefined) return own
  if (kindOfTime(plain)) return asOnItsClock(plain)
  return AMOUNT.test(plain) && plain === text
    ? text.replace(/0+$/, '').replace(/\.(\d?)$/, (_, digit: string) => `.${digit}`.padEnd(3, '0'))
    : plain
}

const NUMBER_RULES = new Set(['card_number', 'destroyed_number'])

/** The row's cells but the one that broke the rule, as column and text. */
export function otherCells(
  row: Pick<Schemas['RejectedRow'], 'column' | 'record'>,
  titleOf = columnTitle,
  spellings: Spellings = {},
): [string, string][] {
  return Object.entries(row.record)
    .filter(([name]) => name !== row.column)
    .map(([name, cell]) => [
      name === '_raw' ? 'the row' : titleOf(name),
      cell === null ? '–' : textWords(cell, spellings[name]),
    ])
}

/** The number of a row in its sheet; undefined where the file is no workbook. */
export const sheetRowOf = ({
  sheet_row: read,
  sheet,
  line,
}: Pick<Schemas['RejectedRow'], 'sheet_row'> & Partial<Pick<Schemas['RejectedRow'], 'sheet' | 'line'>>):
  number | undefined => read ?? (sheet && line ? line : undefined)

/**
 * The number of a row: in a workbook that of its sheet, else that of a row of data in the file as it was sent, without
 * its header, other lines above it and blank lines.
 */
export const placeOf = (
  row: Parameters<typeof sheetRowOf>[0] & Pick<Schemas['RejectedRow'], 'sent_row' | 'source_row'>,
): number => sheetRowOf(row) ?? row.sent_row ?? row.source_row

/**
 * The place of a row in the file as it was sent, where it is known.
 *
 * @example placeWords({ line: 8, sheet: 'Oct' }) // 'sheet Oct, row 8'
 */
export const placeWords = ({ line, sheet }: Pick<Schemas['RejectedRow'], 'line' | 'sheet'>): string =>
  !line ? '' : sheet ? `sheet ${sheet}, row ${line}` : `line ${line}`

/** The rows by rule and column, duplicates last, because they need nobody. */
export function rejectionGroups(
  rows: Schemas['RejectedRow'][],
  groups: Schemas['RejectionGroup'][],
  titleOf = columnTitle,
  typeOf: TypeOf = () => '',
): RejectionGroup[] {
  const isLast = (rule: string) => Number(isOfDuplicates(rule))
  const sorted = groups.toSorted((one, other) => isLast(one.rule) - isLast(other.rule))
  return sorted.map((group) => {
    const { rule, column } = group
    const shown = rows.filter((row) => row.rule === rule && row.column === column)
    const more = shown.length > 0 && shown.length < group.rows ? `, the first ${shown.length} shown` : ''
    const words = capitalised(ruleWords(rule, column ? titleOf(column) : '', typeOf(column)))
    return { ...group, shown, title: `${words}: ${count(group.rows, 'row')}${more}` }
  })
}

/** A typed value for a refused one that other rows have, too. */
export interface RepeatedValue {
  refused: string
  /** Null leaves the cell empty. */
  value: string | null
  rows: Schemas['RejectedRow'][]
}

/**
 * The newest typed value whose refused value is in other rows for which nothing is typed; absent without any. A typed
 * value that was refused is none.
 */
export function repeatedValue(
  rows: Schemas['RejectedRow'][],
  corrections: Corrections,
): RepeatedValue | undefined {
  const open = rows.filter((row) => !corrections.has(row.source_row) && !row.is_unique)
  for (const [place, values] of [...corrections].reverse()) {
    const row = rows.find((one) => one.source_row === place)
    const value = row ? values[row.column] : undefined
    if (!row?.value || value === undefined || value === '') continue
    if (row.correction === 'refused' && row.corrected_cells[row.column] === value) continue
    const others = open.filter((one) => one.value === row.value)
    if (others.length > 0) return { refused: row.value, value, rows: others }
  }
  return undefined
}

/** Rows without a typed value whose cell was corrected in an earlier version of the file. */
export const correctedEarlier = (
  rows: Schemas['RejectedRow'][],
  corrections: Corrections,
): Schemas['RejectedRow'][] =>
  rows.filter((row) => row.earlier && isCorrectable(row) && !corrections.has(row.source_row))

/** The corrections with those of the earlier version of the file. */
export const withEarlier = (corrections: Corrections, rows: Schemas['RejectedRow'][]): Corrections =>
  rows.reduce(
    (all, row) => withCell(all, row.source_row, row.column, row.earlier?.value ?? null),
    corrections,
  )

/** The corrections with a typed value in the other rows as well. */
export const withRepeated = (corrections: Corrections, { value, rows }: RepeatedValue): Corrections =>
  new Map([...corrections, ...rows.map((row) => [row.source_row, { [row.column]: value }] as const)])

const OF_DIGITS = /^(?:decimal|double|float|real|tinyint|smallint|int|bigint|date|timestamp)/

/** Whether a typed text can be no value of a type: numbers, days and times have a digit. */
export const isMistyped = (text: string | null | undefined, type: string | null | undefined): boolean =>
  Boolean(text) && OF_DIGITS.test(type ?? '') && !/\d/.test(text ?? '')

/** The typed cells that are no values of their columns. */
export const mistypedCells = (
  corrections: Corrections,
  fields: Pick<Schemas['ContractColumn'], 'name' | 'type'>[],
): { row: number; column: string }[] =>
  [...corrections].flatMap(([row, values]) =>
    Object.entries(values)
      .filter(([name, text]) => isMistyped(text, fields.find((field) => field.name === name)?.type))
      .map(([column]) => ({ row, column })),
  )

const MOST_NAMED = 3

/** Which typed cells are no values of their columns; empty where all are. */
export function mistypedWords(
  cells: { row: number; column: string }[],
  rows: Schemas['RejectedRow'][],
  titleOf: (column: string) => string,
): string {
  if (cells.length === 0) return ''
  const places = cells.slice(0, MOST_NAMED).map(({ row, column }) => {
    const refused = rows.find(({ source_row }) => source_row === row)
    return `${titleOf(column)} of row ${refused ? placeOf(refused) : row}`
  })
  const more = cells.length - places.length
  const listed = [...places, ...(more > 0 ? [`${more} more`] : [])].join(', ')
  return cells.length === 1
    ? `What is typed in ${listed} has no digit, and the column needs a number or a day.`
    : `${cells.length} typed cells have no digit, and their columns need numbers or days: ${listed}.`
}

/** The corrections of rows that wait; what was typed for a row that is ignored since is not sent. */
export function ofWaitingRows(corrections: Corrections, groups: RejectionGroup[]): Corrections {
  const ignored = new Set(
    groups.flatMap((group) => (group.ignored ? group.shown.map((row) => row.source_row) : [])),
  )
  return new Map([...corrections].filter(([row]) => !ignored.has(row)))
}

/** The values for all rows of a reason, without reasons whose rows are ignored since. */
export const ofWaitingGroups = (values: GroupValues, groups: RejectionGroup[]): GroupValues =>
  new Map([...values].filter(([key]) => !groups.some((group) => group.ignored && groupKey(group) === key)))

/** How many open rows of a group a format reads. */
export const rowsRead = (
  { readings }: Pick<Schemas['RejectionGroup'], 'readings'>,
  format: NonNullable<Schemas['CorrectedGroup']['format']>,
): number => readings.find((one) => formatWords(one.format) === formatWords(format))?.rows ?? 0

/** How many rows are sent: those that were corrected one by one, and the others of groups with one value. */
export function sentRows(corrections: Corrections, values: GroupValues, groups: RejectionGroup[]): number {
  const ofGroups = groups
    .filter((group) => values.has(groupKey(group)))
    .map((group) => {
      const format = values.get(groupKey(group))?.format
      return format
        ? rowsRead(group, format)
        : group.waiting - group.shown.filter((row) => corrections.has(row.source_row)).length
    })
  return corrections.size + ofGroups.reduce((sum, rows) => sum + rows, 0)
}

/** The rows with those that were read for single rules, each once and in the file's order. */
export function withOthers(
  rows: Schemas['RejectedRow'][],
  others: Schemas['RejectedRow'][],
): Schemas['RejectedRow'][] {
  const byPlace = new Map(
    [...others, ...rows].map((row) => [`${row.source_row} ${row.column} ${row.rule}`, row]),
  )
  return others.length === 0
    ? rows
    : [...byPlace.values()].sort((one, other) => one.source_row - other.source_row)
}

/** Whether a column of the dataset may be without a value. */
export const isOptional = (fields: Schemas['ContractColumn'][], column: string): boolean =>
  fields.some(({ name, required, primary_key: isKey }) => name === column && !required && !isKey)
