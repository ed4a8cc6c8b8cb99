import { Anchor } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'

import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { type Result, useResult } from '../query/results'
import { useDataDay } from '../query/data-day'
import { withDays } from '../query/days'
import { isOfFigures, isOnlyFigures } from '../query/figures-of'
import { drawable } from '../query/chart-choice'
import { askedBy } from '../query/saved-questions'
import { endsAt, NO_BOUNDS } from '../query/use-drawn'
import { AnswerFigures } from '../query/answer-figures'
import { AnswerOrigin } from '../query/answer-origin'
import { ChartNote } from '../query/chart-note'
import { useCatalog, useContract } from '../catalog/queries'
import { NoRows } from '../../components/no-rows'
import { Panel } from '../../components/panel'
import { Answered, Waiting } from '../../components/states'
import { LARGE, PHONE } from '../../components/widths'
import { type Units, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { type AnswerRows, answerRows, answerTitle, titleParts } from '../../formats/template'
import { AnswerTable } from './answer-table'
import { DrawnAnswer, isOfAnswer } from './drawn-answer'
import { Definition, Statement } from './panel-details'
import { type Narrowed, narrowedLike } from './filters'
import { hasFiltersOfTables } from './board-filters'
import { IgnoredFilters } from './ignored-filters'
import { PanelMenu, type PanelView as View } from './panel-menu'
import { QueueLink } from './queue-link'
import { actionOf, onwardOf } from './panel-action'
import { pickedColumn, pickedCondition } from './picked-rows'
import { TrustLine } from './trust-line'
import { ValueWords } from './value-bar'
import { InQueue } from '../work/in-queue'

const Chart = lazy(() => import('./chart'))
const HEIGHT = 320
/** On a phone a table shows fewer rows at once and a map has less empty sea. A band needs the room below its legend, small charts that of their names. */
const PHONE_HEIGHT = 240
const NO_TABLES: Schemas['CatalogTable'][] = []

/** A panel that is left out needs none, one that says in a sentence that there is nothing a line. */
export type PanelRoom = 'none' | 'line' | 'panel'

interface Props {
  panel: Schemas['Panel']
  board: Schemas['Dashboard']
  narrowed: Narrowed
  /** Whether the page has the line about trust in this table above. */
  isRepeated?: boolean
  /** The statement of a figure about the same table; empty where the page has none. */
  figureSql?: string
  /** Called with the room that the panel needs, so that its neighbours take the rest. */
  onRoom?: (name: string, room: PanelRoom) => void
}

/** The answer to a question in words, then the chart or table behind it, then how far it may be trusted. */
export function PanelView({ panel, board, narrowed, isRepeated = false, figureSql = '', onRoom }: Props) {
  const { sql } = narrowed
  const isDrawn = panel.kind !== 'table'
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  const [view, setView] = useState<View>(isDrawn ? 'chart' : 'table')
  const result = useResult(sql)
  const figure = useResult(figureSql)
  const tables = useCatalog().data?.tables ?? NO_TABLES
  // A person's statement has the units of the columns that it reads.
  const isOfPerson = hasFiltersOfTables(board)
  const source = isOfPerson ? '' : panel.table
  const units = useAnswerUnits(source, result.data?.columns, panel.units)
  // What to do follows from rows.
  const isEmpty = result.data?.rows.length === 0
  // The figure gives the cause already.
  const isAbsent =
    isEmpty && Boolean(figure.data && (sql === panel.sql ? hasNoValue(figure.data) : hasReason(figure.data)))
  const isNothing = Boolean(panel.nothing) && isEmpty
  const room = isAbsent ? 'none' : isNothing ? 'line' : 'panel'
  useEffect(() => onRoom?.(panel.name, room), [onRoom, panel.name, room])
  if (isAbsent) return null
  const rows = result.data && panel.answer && !isNothing ? answerRows(result.data) : undefined
  const parts = rows && titleParts(panel.answer, rows, units)
  const onward = onwardOf(result.data)
  const answer = isNothing ? panel.nothing : rows && answerTitle(panel.answer, rows, units)
  return (
    <Panel
      title={parts?.title ?? answer ?? panel.question}
      others={parts?.others}
      // The answer is enough on a phone; its section has the question as its name.
      subtitle={answer && !isPhone ? panel.question : undefined}
      action={isEmpty || !result.data ? undefined : actionOf(panel, result.data, units)}
      onward={
        isEmpty ? undefined : (
          <>
            {onward ? (
              <Anchor size="sm" href={onward.href}>
                {onward.words}
              </Anchor>
            ) : null}
            <QueueLink board={board} panel={panel} address={narrowed.address} />
            <InQueue queues={board.queues} name={panel.queue} narrowed={narrowed} />
          </>
        )
      }
      name={panel.question}
      actions={
        <PanelMenu
          panel={panel}
          board={board}
          title={answer}
          sql={sql}
          keptSql={narrowed.sqlOfRun}
          narrow={narrowed.narrow}
          words={narrowed.words}
          views={viewsOf(isDrawn, board.system)}
          view={view}
          answer={result.data}
          onView={setView}
        />
      }
    >
      <Answered of={result} what="the answer">
        {(rows) =>
          isNothing && view !== 'SQL' && view !== 'definition' ? null : (
            <Shown
              view={view}
              panel={panel}
              answer={rows}
              system={board.system}
              isOfPerson={isOfPerson}
              isPhone={isPhone ?? false}
              narrowed={narrowed}
              units={units}
            />
          )
        }
      </Answered>
      <ValueWords sql={sql} />
      <IgnoredFilters labels={narrowed.ignored} isOfRest={narrowed.isOfRest} period={narrowed.period} />
      {board.written_by ? <AnswerOrigin sql={sql} question={undefined} tables={tables} /> : null}
      <TrustLine
        board={board}
        table={panel.table}
        narrow={(other) => narrowed.narrow(narrowedLike(panel.sql, other))}
        isRepeated={isRepeated}
      />
    </Panel>
  )
}

/** A table of no system has no definition. */
const viewsOf = (isDrawn: boolean, system: string): View[] => [
  ...(isDrawn ? (['chart'] as const) : []),
  'table',
  'SQL',
  ...(system ? (['definition'] as const) : []),
]

/** Whether a figure has no value, or counts nothing. */
const hasNoValue = ({ columns, rows }: Result): boolean =>
  Number(rows[0]?.[columns.findIndex((column) => column.name === 'value')] ?? 0) === 0

/** Whether a figure says why it has no value, also under a filter. */
const hasReason = ({ columns, rows }: Result): boolean =>
  typeof rows[0]?.[columns.findIndex((column) => column.name === 'reason')] === 'string'

interface ShownProps {
  view: View
  panel: Schemas['Panel']
  answer: Result
  system: string
  /** Whether a person wrote the dashboard, in the console or as the file of one: its statements say nothing about open periods or midnights. */
  isOfPerson: boolean
  isPhone: boolean
  narrowed: Narrowed
  units: Units
}

function Shown({ view, panel, answer: asked, system, isOfPerson, isPhone, narrowed, units }: ShownProps) {
  const isLow = isPhone && panel.kind !== 'fan' && panel.scale !== 'each'
  const height = isLow ? PHONE_HEIGHT : HEIGHT
  const isLarge = useMediaQuery(LARGE, undefined, { getInitialValueInEffect: false })
  const source = isOfPerson ? '' : panel.table
  const labels = useAnswerLabels(source, asked.columns)
  const asOf = useDataDay(panel.sql)
  const answer = useMemo(
    () => (isOfPerson ? { ...asked, rows: withDays(asked.rows) } : asked),
    [asked, isOfPerson],
  )
  const { from, until, ofDays } = narrowed.bounds ?? NO_BOUNDS
  const shown = useMemo(() => {
    const rows = answerRows(answer)
    const ends = isOfPerson ? endsAt(rows, panel.x, asOf, { from, until, ofDays }, panel.sql) : {}
    return { panel, units, labels, ...rows, ...ends }
  }, [panel, answer, isOfPerson, units, labels, asOf, from, until, ofDays])
  const onPick = usePick(panel, system, narrowed.rows, shown)
  if (view === 'SQL') return <Statement sql={narrowed.sql} answer={answer} />
  if (view === 'definition') return <Definition table={panel.table} system={system} columns={shown.columns} />
  if (answer.rows.length === 0)
    return <NoRows system={system} table={panel.table} isNarrowed={narrowed.sql !== panel.sql} />
  if (isOfPerson && (panel.kind === 'table' ? isOfFigures(asked) : isOnlyFigures(asked)))
    return <AnswerFigures answer={asked} units={panel.units} />
  const choice = isOfPerson && isOfAnswer(panel) ? drawable(asked, askedBy(panel).choice) : undefined
  if (view === 'chart' && choice)
    return (
      <DrawnAnswer
        result={asked}
        choice={choice}
        units={panel.units}
        height={height}
        bounds={narrowed.bounds}
        panel={panel}
        onPick={onPick}
      />
    )
  return (
    <>
      {view === 'table' ? (
        <AnswerTable
          answer={answer}
          units={units}
          table={source}
          label={panel.question}
          height={isLarge ? 2 * HEIGHT : height}
          keeps={panel.keeps}
          inWords={panel.answer}
          isOfPerson={isOfPerson}
        />
      ) : (
        <Suspense fallback={<Waiting what="the chart" />}>
          <Chart shown={shown} height={height} onPick={onPick} />
        </Suspense>
      )}
      <ChartNote shown={{ ...shown, note: '', addedUp: [], rowsRead: shown.rows.length }} />
    </>
  )
}

/** Opens the rows behind a bar or a country, under the filters of the page, where the panel's table has the column that was drawn. */
function usePick(
  panel: Schemas['Panel'],
  system: string,
  conditions: string[],
  answer: AnswerRows,
): ((name: string) => void) | undefined {
  const contract = useContract('prod', system ? panel.table : '')
  const column = pickedColumn(panel.x, answer.columns, contract.data?.column_list ?? [])
  if (!column || (panel.kind !== 'bar' && panel.kind !== 'map')) return undefined
  const page = tableAddress(system, panel.table)
  return (name) => {
    const filters = [...conditions, pickedCondition(column, panel.x, name, answer)]
    window.location.assign(`${page}?${filters.map((one) => `filter=${encodeURIComponent(one)}`).join('&')}`)
  }
}
