import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, seconds } from '../../api/format'
import { useCatalog } from '../catalog/queries'
import { PAGE_ROWS, type Result } from './results'
import { FoldedColumnsSwitch } from '../../components/folded-columns-switch'
import { Grid } from '../../components/grid'
import { Empty, Failed } from '../../components/states'
import { type ColumnFormat, columnFormats, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { AnswerChart } from './answer-chart'
import { AnswerDownloads } from './answer-downloads'
import { AnswerFigures } from './answer-figures'
import { type AnswerSize, moreWords, sizeWords, useAnswerSize } from './answer-size'
import { exactFormat, exactPlacesOf } from './answer-numbers'
import type { Choice } from './chart-choice'
import { isOfDays } from './days'
import { isOfFigures, isOnlyFigures } from './figures-of'
import { isComplete, MOST_ROWS, type Reading, useReading } from './reading'
import { scanWords } from './scan-words'
import { isNumberedName, useStatementFormats, withRowLinks } from './statement-formats'
import { sorted, useSorted } from './sorted-rows'
import { useProgressWords } from './progress-words'
import { useShownOrder } from './technical-columns'
import type { Answered, Progress } from './use-query-run'

const NO_TABLES: Schemas['CatalogTable'][] = []
const VIEWS = ['table', 'chart'] as const
export type View = (typeof VIEWS)[number]

/** As many rows as a chart reads by itself: some seconds of pages. */
const CHART_ROWS = 20_000

interface Props {
  result: Result
  /** The statement as it was asked; the API may leave out columns of it. */
  sql: string
  /** The title of a downloaded answer, after which its file is named. */
  title: string
  /** Whether the statement is a question of the lake, whose answer is for people; another one is answered as dashboards show it. */
  isQuestion?: boolean
  seconds: number
  /** How the whole answer stands, while `result` has its first rows only. */
  rest: Answered['rest']
  /** How far the whole answer is. */
  progress: Progress | undefined
  onStop: () => void
  view: View
  onView: (view: View) => void
  /** The columns that the chart shows; without them those that the answer suggests. */
  choice: Choice | undefined
  onChoose: (choice: Choice) => void
  /** The file of the answer that the link of a mail asked for, which is downloaded once. */
  savesAtOnce?: '' | 'csv' | 'xlsx'
  /** What a person can do with the answer, beside its download. */
  actions?: ReactNode
}

/** The rows of an answer as a table or a chart, with what they cost. The first page is shown at once, before the whole answer is computed where that is possible; the table reads on while one scrolls. */
export function Answer({
  result: first,
  sql,
  title,
  isQuestion = false,
  seconds: took,
  rest,
  progress,
  onStop,
  view,
  onView,
  choice,
  onChoose,
  savesAtOnce = '',
  actions,
}: Props) {
  const reading = useReading(first)
  const { result, settled, isReading, readTo } = reading
  const { rows } = result
  const isFigures = isComplete(result) && isOnlyFigures(result)
  const size = useAnswerSize(result)
  const [sort, setSort] = useState('')
  // An order of the rows read so far would put the first of all rows anywhere.
  const isSortable = !isReading && (isComplete(result) || rows.length >= MOST_ROWS)
  const order = isSortable ? sort : ''
  const inOrder = useSorted(result, order)
  function sortBy(next: string): void {
    setSort(next)
    // Rows that jump once scrolling has read the last ones are in no order that a person asked for.
    if (next) void readTo(MOST_ROWS).then((all) => all ?? setSort((now) => (now === next ? '' : now)))
  }
  const formats = useFormats(settled, isQuestion)
  const [hasFolded, showFolded] = useState(false)
  const shown = useShownOrder(result.columns, formats, sql, hasFolded)
  const tables = useCatalog().data?.tables ?? NO_TABLES
  const cellAt = (index: number, place: number) => shown.cellsOf(inOrder.rows[index])?.[place]
  return (
    <Stack gap="xs">
      {/* From the left, so that no button moves when the last one says that it has saved. */}
      <Group gap="md">
        <Text size="sm" data-testid="query-summary">
          {sizeWords(rows.length, size)} in {seconds(took)}, {scanWords(result.query)}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            data={[...VIEWS]}
            value={view}
            onChange={onView}
            aria-label="View of the answer"
          />
          <AnswerDownloads
            title={title}
            sql={sql}
            columns={result.columns}
            isReading={isReading || result.isFirst === true}
            isChart={view === 'chart' && !isFigures}
            size={size}
            savesAtOnce={savesAtOnce}
            onSave={(save) => void readTo(MOST_ROWS).then((all) => all && save(sorted(all, sort)))}
          />
          {actions}
        </Group>
      </Group>
      {result.isFirst ? (
        <Rest rest={rest} progress={progress} onStop={onStop} />
      ) : (
        <More reading={reading} size={size} isChart={view === 'chart'} isSorted={sort !== ''} />
      )}
      {isFigures || (view === 'table' && isComplete(result) && isOfFigures(result)) ? (
        <AnswerFigures answer={result} />
      ) : null}
      {rows.length === 0 ? (
        <Empty>No row fits the statement. Change its conditions.</Empty>
      ) : view === 'chart' ? (
        isFigures ? null : (
          <ReadChart reading={reading} choice={choice} onChoose={onChoose} />
        )
      ) : (
        <>
          <Grid
            columns={shown.columns}
            rows={{ length: rows.length, at: (index) => shown.cellsOf(inOrder.rows[index]) }}
            sort={order}
            height={520}
            label="Answer"
            formats={withRowLinks(shown.formats, shown.columns, tables, cellAt)}
            isComplete={isComplete(result)}
            {...(result.isFirst
              ? {}
              : {
                  onSort: sortBy,
                  onNearEnd: () => !isReading && void readTo(Math.min(rows.length + PAGE_ROWS, MOST_ROWS)),
                })}
          />
          <FoldedColumnsSwitch folded={shown.folded} isShown={hasFolded} onShow={showFolded} />
        </>
      )}
    </Stack>
  )
}

/** How columns are titled and cells are read: a question of the lake in people's words, another statement as on dashboards. */
function useFormats({ columns, rows }: Result, isQuestion: boolean): ColumnFormat[] {
  const units = useAnswerUnits('', columns)
  const labels = useAnswerLabels('', columns)
  const ofStatement = useStatementFormats(columns, rows, units, labels)
  return useMemo(() => {
    if (!isQuestion) return ofStatement
    const places = exactPlacesOf(columns, rows, units)
    return columnFormats(columns, units, labels).map((format, place) => {
      const own = ofStatement[place]
      const column = columns[place]
      if (own && (isOfDays(rows, place) || (column && isNumberedName(column)))) return own
      return exactFormat(format, column, units, places[place])
    })
  }, [columns, rows, units, labels, ofStatement, isQuestion])
}

/** How the whole answer stands, of which only the first rows are shown. */
function Rest({ rest, progress, onStop }: Pick<Props, 'rest' | 'progress' | 'onStop'>) {
  const words = useProgressWords(progress)
  if (typeof rest === 'object') return <Failed error={rest.error} what="The whole answer" isAction />
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {rest === 'running'
          ? 'These are the first rows. The whole answer is being computed.'
          : 'These are the first rows. The whole answer was stopped: run the statement again to get it.'}
      </Text>
      {rest === 'running' && words ? (
        <Text size="sm" aria-live="off">
          Its query {words}.
        </Text>
      ) : null}
      {rest === 'running' ? (
        <Button size="compact-sm" variant="default" onClick={onStop}>
          Stop
        </Button>
      ) : null}
    </Group>
  )
}

/** How much of an answer is not read yet, and the button that reads it. */
function More({
  reading: { result, isReading, error, readTo, stop },
  size,
  isChart,
  isSorted,
}: {
  reading: Reading
  size: AnswerSize
  isChart: boolean
  isSorted: boolean
}) {
  const left = isChart ? 'The chart shows these rows only.' : 'Scroll to read more.'
  if (error)
    return <Failed error={error} what="Reading more rows" isAction onRetry={() => void readTo(MOST_ROWS)} />
  if (isComplete(result)) return null
  if (result.rows.length >= MOST_ROWS)
    return (
      <Text size="sm">
        The answer has more rows than a browser can keep{isSorted ? ', and only these are sorted' : ''}.
        Download all of them as CSV, or narrow the statement.
      </Text>
    )
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {isReading
          ? `${count(result.rows.length, 'row')} read …${isSorted ? ' They are sorted when all are read.' : ''}`
          : `${moreWords(size)} ${left}`}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => (isReading ? stop() : void readTo(MOST_ROWS))}
      >
        {isReading ? 'Stop reading' : 'Read all rows'}
      </Button>
    </Group>
  )
}

/** A chart adds rows up, so it reads as many as take some seconds. */
function ReadChart({
  reading: { settled, readTo },
  choice,
  onChoose,
}: { reading: Reading } & Pick<Props, 'choice' | 'onChoose'>) {
  useEffect(() => {
    void readTo(CHART_ROWS)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each answer; later pages are asked for by the person
  }, [settled.query.query_id])
  return <AnswerChart result={settled} choice={choice} onChoose={onChoose} />
}
