import { Anchor, Text } from '@mantine/core'
import { Fragment, type ReactNode } from 'react'

import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useDashboards } from './queries'
import { useResult } from '../query/results'
import { useCatalog, useTable } from '../catalog/queries'
import { readConditions } from '../catalog/row-filters'
import { useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { answerRows, filledParts } from '../../formats/template'
import { modelAddress, type ModelEntry, useModelOf } from '../models/queries'
import { filteredByRows } from './filters'

/** Parts of the line that need no cell are said without an answer. */
const NO_ANSWER = { columns: [], rows: [[]] }
const NO_BREAK_SPACE = '\u00a0'
const NONE: string[] = []

interface Props {
  board: Pick<Schemas['Dashboard'], 'system' | 'trust'>
  table: string
  /** The filters of the panel, which its statement is narrowed by. */
  narrow?: (sql: string) => string
  /** Whether the page has the line above: then only the day is in sight. */
  isRepeated?: boolean
}

/** Parts that are in sight: as of when, and the one that the dashboard states first, such as its test. The others are one click away. */
export const FEW = 2

/** How far a figure may be trusted, in one line: as of when, and the most important parts, such as its test. By which method, and where it comes from are behind it. */
export function TrustLine(props: Props) {
  const { board, table } = props
  const few = props.isRepeated ? 1 : FEW
  const { parts, isPending } = useTrustRead(props)
  const model = useModelOf(table)
  // The line has its room before its words are there, so that nothing below it moves.
  if (isPending)
    return (
      <p className="trust" aria-busy data-testid={`trust-of-${table}`}>
        {NO_BREAK_SPACE}
      </p>
    )
  if (!parts) return null
  const origin = (
    <>
      <Anchor inherit href={tableAddress(board.system, table)}>
        where it comes from
      </Anchor>
      {model && !parts.some((part) => METHOD.test(part)) ? (
        <>
          {' · '}
          <Anchor inherit href={modelAddress(model.name)}>
            by which method
          </Anchor>
        </>
      ) : null}
    </>
  )
  return <FoldedLine table={table} parts={parts} few={few} model={model} end={origin} />
}

interface LineProps {
  table: string
  parts: string[]
  /** So many parts are in sight; further ones are a click away. */
  few: number
  /** What a reader of the shown rows has to know: never folded. */
  notes?: string[]
  model?: ModelEntry | undefined
  /** The links after all parts. */
  end?: ReactNode
}

/** A line of parts: the first ones and the notes are in sight, the others a click away. */
export function FoldedLine({ table, parts, few, notes = NONE, model, end }: LineProps) {
  if (parts.length > few)
    return (
      <details className="trust muted" data-testid={`trust-${table}`}>
        <summary>{[...parts.slice(0, few), ...notes].join(' · ')} · more</summary>
        <ul>
          {parts.slice(few).map((part) => (
            <li key={part}>
              <Part words={part} model={model} />
            </li>
          ))}
          {end ? <li>{end}</li> : null}
        </ul>
      </details>
    )
  const words = [...parts, ...notes]
  return (
    <Text className="trust muted" component="p" data-testid={`trust-${table}`}>
      {words.map((part, at) => (
        <Fragment key={part}>
          {at > 0 ? ' · ' : ''}
          <Part words={part} model={model} />
        </Fragment>
      ))}
      {end && words.length > 0 ? ' · ' : ''}
      {end}
    </Text>
  )
}

const METHOD = /^(.*?)\b(method)\b(.*)$/i

/** A part of the line; the word "method" leads to the card of the model that makes the figures. */
function Part({ words, model }: { words: string; model: ModelEntry | undefined }) {
  const [, before = '', method, after = ''] = METHOD.exec(words) ?? []
  if (!model || !method) return words
  return (
    <>
      {before}
      <Anchor inherit href={modelAddress(model.name)}>
        {method}
      </Anchor>
      {after}
    </>
  )
}

/** The tables' first line about trust that a dashboard states, with the table and the dashboard's system; undefined where none does. */
export function trustOf<Board extends Props['board']>(
  boards: Board[],
  tables: string[],
): { board: Board; table: string } | undefined {
  for (const table of tables) {
    const board = boards.find(({ trust }) => trust.some((note) => note.tables.includes(table)))
    if (board) return { board, table }
  }
  return undefined
}

interface TableProps {
  system: string
  table: string
  /** The conditions of the shown rows, as the address has them. */
  filters?: string[]
}

/** The trust line of a table on its own page, which shows where it comes from: of the shown rows, where a dashboard filters by their condition. A table about which no dashboard says anything has no tested figures. */
export function TableTrust({ system, table, filters = NONE }: TableProps) {
  const boards = useDashboards().data?.dashboards
  const catalog = useCatalog()
  const tables = catalog.data?.tables ?? []
  const own = trustOf(boards ?? [], [table])?.board
  const conditions = readConditions(filters)
  const narrow = (sql: string, by = conditions): string =>
    filteredByRows(sql, table, own?.filters ?? [], by, tables)
  // A statement is narrowed by the columns that the catalog names.
  const isReady = filters.length === 0 || !catalog.isPending
  const parts = useTrust({
    board: { system, trust: isReady ? (own?.trust ?? []) : [] },
    table,
    narrow: (sql) => narrow(sql),
  })
  if (!parts || !boards || !isReady) return null
  const sql = own?.trust.find((each) => each.tables.includes(table))?.sql ?? ''
  const ignored = sql ? conditions.filter((condition) => narrow(sql, [condition]) === sql).length : 0
  const notes = [
    own ? '' : 'no method and no test is stated for its figures',
    ignored > 0 && ignored === conditions.length
      ? 'this line is about the whole table, not about the filtered rows alone'
      : '',
    ignored > 0 && ignored < conditions.length
      ? `this line leaves ${count(ignored, 'filter')} aside, so it is about more rows than are shown`
      : '',
  ].filter(Boolean)
  return <FoldedLine table={table} parts={parts} notes={notes} few={FEW} />
}

/** The parts of the line; undefined for a table that no run has published. */
export const useTrust = (props: Props): string[] | undefined => useTrustRead(props).parts

/** The same, and whether an answer for it is still on its way. */
function useTrustRead({ board, table, narrow }: Props): { parts: string[] | undefined; isPending: boolean } {
  const note = board.trust.find((one) => one.tables.includes(table))
  const detail = useTable(board.system, table)
  const sql = note?.sql ?? ''
  const answer = useResult(sql && narrow ? narrow(sql) : sql)
  const units = useUnits(note?.source ?? table)
  const isPending = detail.isLoading || (answer.isLoading && Boolean(detail.data?.version))
  if (!detail.data?.version) return { parts: undefined, isPending }
  const rows = answerRows(answer.data ?? NO_ANSWER)
  const parts = [
    detail.data.as_of ? `as of ${day(detail.data.as_of)}` : '',
    ...(note ? filledParts(note.words, rows, units) : []),
  ]
  return { parts: parts.filter(Boolean), isPending }
}
