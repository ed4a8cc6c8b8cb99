import { Box, Group, Skeleton, Text } from '@mantine/core'
import { useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { type Cell, figure, unitWord } from '../../api/format'
import { AnswerFigures } from '../query/answer-figures'
import { AnswerOrigin } from '../query/answer-origin'
import { whyNoFigure } from '../query/figures-of'
import { type Result, useResult } from '../query/results'
import { useCatalog } from '../catalog/queries'
import { NoRows } from '../../components/no-rows'
import { Empty, FailedAnswer } from '../../components/states'
import { useUnits } from '../../formats/columns'
import { answerRows, answerTitle, filledParts, titleParts } from '../../formats/template'
import { dayAndTime } from '../../formats/moments'
import { capitalised } from '../../formats/words'
import { firstSentence } from '../../components/first-sentence'
import { hasFiltersOfTables } from './board-filters'
import { useFigureBefore } from './figure-before'
import type { Narrowed } from './filters'
import { IgnoredFilters } from './ignored-filters'
import { actionOf } from './panel-action'
import { Definition, Statement } from './panel-details'
import { PanelMenu, type PanelView as View } from './panel-menu'
import { QueueLink } from './queue-link'
import { TrustLine } from './trust-line'
import { ValueWords } from './value-bar'
import { InQueue } from '../work/in-queue'

interface Props {
  panel: Schemas['Panel']
  board: Schemas['Dashboard']
  narrowed: Narrowed
  isRepeated?: boolean
  /** Called with whether the figure is a reason only, which needs a line. */
  onLine?: (name: string, isLine: boolean) => void
}

/** So many facts of an answer are in sight, each on a line; the others are below “More about this figure”. */
const MOST_FACTS = 2
const NO_TABLES: Schemas['CatalogTable'][] = []
const VIEWS: View[] = ['figure', 'SQL', 'definition']

/** The names in a statement: a figure counts or adds up columns that its answer does not have. */
const namesIn = (sql: string): string[] => [...new Set(sql.match(/\w+/g))]

/** One figure of a dashboard, with what it is compared with. */
export function Kpi({ panel, board, narrowed, isRepeated = false, onLine }: Props) {
  const result = useResult(narrowed.sql)
  const tables = useCatalog().data?.tables ?? NO_TABLES
  const [view, setView] = useState<View>('figure')
  const at = (name: string): Cell =>
    result.data?.rows[0]?.[result.data.columns.findIndex((column) => column.name === name)] ?? null
  // A figure that is not there has its reason instead of a dash.
  const isExplained = at('value') === null && typeof at('reason') === 'string'
  const isLine = isExplained && view === 'figure'
  useEffect(() => onLine?.(panel.name, isLine), [onLine, panel.name, isLine])
  const units = { ...useUnits(panel.table, panel.units), value: panel.unit, before: panel.unit }
  // A person's statement has no columns of certain names; one that compares has.
  const isOfPerson =
    hasFiltersOfTables(board) && !result.data?.columns.some(({ name }) => ['before', 'reason'].includes(name))
  const rows = result.data && panel.answer ? answerRows(result.data) : undefined
  const title = rows && answerTitle(panel.answer, rows, units)
  const parts = rows && titleParts(panel.answer, rows, units)
  const facts = (parts?.others ?? '').split('; ').filter(Boolean).map(capitalised)
  const answered = result.data && at('value') !== null ? result.data : undefined
  const [action, ...steps] = answered && panel.action ? firstSentence(actionOf(panel, answered, units)) : []
  return (
    <Box
      className="panel"
      p="sm"
      component="section"
      aria-label={panel.question}
      h="100%"
      aria-busy={result.isPending}
    >
      <Group gap="xs" align="start" className="panel-head">
        <Text size="sm" className="muted">
          {parts?.title ?? panel.question}
          {isLine ? (
            <>
              {' · '}
              <Text span inherit c="var(--mantine-color-text)">
                {at('reason')}
              </Text>
            </>
          ) : null}
        </Text>
        <PanelMenu
          panel={panel}
          board={board}
          title={title ?? undefined}
          sql={narrowed.sql}
          keptSql={narrowed.sqlOfRun}
          narrow={narrowed.narrow}
          words={narrowed.words}
          views={board.system ? VIEWS : VIEWS.slice(0, 2)}
          view={view}
          answer={result.data}
          onView={setView}
        />
      </Group>
      <FailedAnswer of={result} what="the figure" />
      {result.data && view === 'SQL' ? <Statement sql={narrowed.sql} answer={result.data} /> : null}
      {view === 'definition' ? (
        <Definition table={panel.table} system={board.system} columns={namesIn(narrowed.sql)} />
      ) : null}
      {view !== 'figure' || (result.error && !result.data) ? null : isOfPerson && result.data ? (
        <PersonsFigures panel={panel} system={board.system} narrowed={narrowed} answer={result.data} />
      ) : (
        <>
          {isExplained ? null : (
            <Text fz={28} fw={600} lh={1.2} component="div">
              <span data-testid={`figure-${panel.name}`}>
                {result.isPending ? <FigureOutline /> : figure(at('value'), panel.unit)}
              </span>
              <Unit value={at('value')} unit={panel.unit} />
            </Text>
          )}
          {result.data && at('value') === null && !isExplained ? (
            <NoRows system={board.system} table={panel.table} isNarrowed={narrowed.sql !== panel.sql} />
          ) : null}
          {facts.slice(0, MOST_FACTS).map((fact) => (
            <Text key={fact} size="sm">
              {fact}
            </Text>
          ))}
          <Before panel={panel} value={at('value')} before={at('before')} note={at('title_before_note')} />
          {narrowed.sql === panel.sql ? <BeforeRun board={board} panel={panel} answer={result} /> : null}
        </>
      )}
      {action ? (
        <Text size="xs" className="muted">
          {action}
        </Text>
      ) : null}
      {Number(at('value')) > 0 ? <QueueLink board={board} panel={panel} address={narrowed.address} /> : null}
      {result.data ? <InQueue queues={board.queues} name={panel.queue} narrowed={narrowed} /> : null}
      {answered ? (
        <Details
          parts={[
            ...facts.slice(MOST_FACTS),
            ...steps.filter(Boolean),
            ...filledParts(panel.details, answerRows(answered), units),
          ]}
        />
      ) : null}
      <ValueWords sql={narrowed.sql} />
      <IgnoredFilters labels={narrowed.ignored} isOfRest={narrowed.isOfRest} period={narrowed.period} />
      {board.written_by ? <AnswerOrigin sql={narrowed.sql} question={undefined} tables={tables} /> : null}
      <TrustLine board={board} table={panel.table} narrow={narrowed.narrow} isRepeated={isRepeated} />
    </Box>
  )
}

interface BeforeRunProps {
  board: Pick<Schemas['Dashboard'], 'system'>
  panel: Schemas['Panel']
  answer: { data: Result | undefined; dataUpdatedAt: number }
}

interface PersonsProps {
  panel: Schemas['Panel']
  system: string
  narrowed: Narrowed
  answer: Result
}

/** The figures of a statement that a person wrote: its only row, whatever its columns are called. */
function PersonsFigures({ panel, system, narrowed, answer }: PersonsProps) {
  const [column, ...others] = answer.columns
  const isOfOne = column !== undefined && others.length === 0 && panel.unit !== ''
  const units = isOfOne ? { ...panel.units, [column.name]: panel.unit } : panel.units
  const isEmpty = (answer.rows[0] ?? []).every((cell) => cell === null)
  if (isEmpty) return <NoRows system={system} table={panel.table} isNarrowed={narrowed.sql !== panel.sql} />
  const why = whyNoFigure(answer)
  return why ? <Empty>{why}</Empty> : <AnswerFigures answer={answer} units={units} title={panel.question} />
}

/** The figure of the run directly before, where this tab showed it and it was another one. A decision changes the statement, so only figures after the same decisions are compared. */
export function BeforeRun({ board, panel, answer }: BeforeRunProps) {
  const shown = useFigureBefore({ system: board.system, panel, answer })
  if (!shown || figure(shown.before, panel.unit) === figure(shown.value, panel.unit)) return null
  return (
    <Text size="xs" className="muted">
      {figure(shown.before, panel.unit)} before the run of {dayAndTime(shown.run.started_at)}
    </Text>
  )
}

/** Further parts of an answer, one click away. */
function Details({ parts }: { parts: string[] }) {
  if (parts.length === 0) return null
  return (
    <details className="more muted">
      <summary>More about this figure</summary>
      {parts.map((part) => (
        <Text key={part} size="xs">
          {part}
        </Text>
      ))}
    </details>
  )
}

/** The outline of a figure that is being read. */
export const FigureOutline = () => (
  <Skeleton
    height={22}
    width={120}
    my={6}
    component="span"
    display="block"
    role="status"
    aria-label="Loading"
  />
)

/** The word of a figure's unit, smaller than the figure. */
export function Unit({ value, unit }: { value: Cell; unit: string }) {
  const word = unitWord(value, unit)
  return word ? (
    <Text span size="sm" fw={400}>
      {' '}
      {word}
    </Text>
  ) : null
}

const COLOUR = {
  better: 'light-dark(var(--mantine-color-teal-9), var(--mantine-color-teal-4))',
  worse: 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))',
}

interface BeforeProps {
  panel: Schemas['Panel']
  value: Cell
  before: Cell
  /** Why the change decides nothing, such as “may be chance”: it is neither better nor worse then. */
  note?: Cell
}

/** What a figure is compared with, in words. */
export function Before({ panel, value, before, note = null }: BeforeProps) {
  if (before === null) return null
  if (panel.before_label)
    return (
      <Text size="sm">
        {figure(before, panel.unit)} {panel.before_label}
      </Text>
    )
  const change = Number(before) === 0 ? null : Number(value) / Number(before) - 1
  if (change === null || !Number.isFinite(change)) return null
  const isBetter = change >= 0 === (panel.better === 'higher')
  return (
    <Text size="sm" c={note ? 'dimmed' : isBetter ? COLOUR.better : COLOUR.worse}>
      {change >= 0 ? '▲' : '▼'} {Math.abs(change * 100).toFixed(1)} % against {figure(before, panel.unit)}{' '}
      before{note ? `: ${note}` : ''}
    </Text>
  )
}
