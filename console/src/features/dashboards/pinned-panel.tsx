import { Anchor, Group } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { Link } from 'react-router'

import type { Schemas } from '../../api/client'
import { Panel } from '../../components/panel'
import { Answered, Empty, Waiting } from '../../components/states'
import { type Units, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { answerRows, titleParts } from '../../formats/template'
import { useCatalog } from '../catalog/queries'
import { AnswerFigures } from '../query/answer-figures'
import { AnswerOrigin } from '../query/answer-origin'
import { drawable } from '../query/chart-choice'
import { withDays } from '../query/days'
import { isOfFigures, isOnlyFigures } from '../query/figures-of'
import type { Bounds } from '../query/open-period'
import { type Result, useResult } from '../query/results'
import { askedBy, type KeptQuestion, partsOf, questionAddress } from '../query/saved-questions'
import { tablesIn } from '../query/schema-words'
import { AnswerTable } from './answer-table'
import { DrawnAnswer, isOfAnswer } from './drawn-answer'
import { EMPTY_PANEL } from './empty-panel'
import { IgnoredFilters } from './ignored-filters'
import { actionOf } from './panel-action'
import { PinnedMenu, type PinnedDeeds } from './pinned-menu'
import { useDashboards } from './queries'
import { TrustLine, trustOf } from './trust-line'
import { ValueWords } from './value-bar'

const Chart = lazy(() => import('./chart'))
const HEIGHT = 320
const NO_TABLES: Schemas['CatalogTable'][] = []
const NO_BOARDS: Schemas['Dashboard'][] = []

interface Props {
  /** The question under the filters of the page. */
  question: KeptQuestion
  isNarrowed: boolean
  /** Another statement about its tables under the filters of the page. */
  narrow: (sql: string) => string
  /** The labels of chosen filters that do not change it. */
  ignored: string[]
  /** Whether it has shares of a total that the filters narrow too. */
  isOfRest?: boolean | undefined
  /** By which column a chosen period narrows it, or why it does not. */
  period?: string | undefined
  /** The chosen filters that change it. */
  words: string[] | undefined
  /** The days that the filters of the page leave of it. */
  bounds?: Bounds | undefined
  /** What its person may do with it; undefined on the dashboard of another person. */
  deeds: PinnedDeeds | undefined
}

/** The answer of a question on a person's dashboard. */
export function PinnedPanel({
  question,
  isNarrowed,
  narrow,
  ignored,
  isOfRest,
  period,
  words: filters = [],
  bounds,
  deeds,
}: Props) {
  const answer = useResult(question.sql)
  const tables = useCatalog().data?.tables ?? NO_TABLES
  const boards = useDashboards().data?.dashboards ?? NO_BOARDS
  const trust = trustOf(
    boards,
    tablesIn(question.sql, tables).map(({ name }) => name),
  )
  const parts = partsOf(question)
  const units = useAnswerUnits('', answer.data?.columns, question.units)
  const isNothing = parts.nothing !== '' && answer.data?.rows.length === 0
  const said =
    answer.data && parts.answer && !isNothing
      ? titleParts(parts.answer, answerRows(answer.data), units)
      : undefined
  const words = isNothing ? parts.nothing : said?.title
  return (
    <Panel
      title={words ?? question.name}
      others={said?.others}
      subtitle={words ? question.name : undefined}
      action={
        answer.data?.rows.length ? actionOf({ action: question.action ?? '' }, answer.data, units) : undefined
      }
      name={question.name}
      actions={
        <Group gap="xs" wrap="nowrap">
          <Anchor size="sm" component={Link} to={questionAddress(askedBy(question))}>
            Open
          </Anchor>
          <PinnedMenu question={question} filters={filters} answer={answer.data} deeds={deeds} />
        </Group>
      }
    >
      <Answered of={answer} what="the answer">
        {(result) =>
          isNothing ? null : (
            <Shown result={result} question={question} isNarrowed={isNarrowed} bounds={bounds} />
          )
        }
      </Answered>
      <ValueWords sql={question.sql} />
      <IgnoredFilters labels={ignored} isOfRest={isOfRest} period={period} />
      <AnswerOrigin sql={question.sql} question={undefined} tables={tables} />
      {trust ? <TrustLine {...trust} narrow={narrow} /> : null}
    </Panel>
  )
}

function Shown({
  result,
  question,
  isNarrowed,
  bounds,
}: {
  result: Result
  question: KeptQuestion
  isNarrowed: boolean
  bounds: Bounds | undefined
}) {
  const asked = askedBy(question)
  const choice = asked.view === 'chart' ? drawable(result, asked.choice) : undefined
  if (result.rows.length === 0)
    return (
      <Empty>
        {isNarrowed
          ? 'No row fits the filters. Change them, or show all.'
          : 'No row fits the statement today.'}
      </Empty>
    )
  if (question.kind !== 'table' && !isOfAnswer(question))
    return <PanelChart result={result} question={question} />
  if (choice ? isOnlyFigures(result) : isOfFigures(result))
    return <AnswerFigures answer={result} units={question.units} />
  return choice ? (
    <DrawnAnswer result={result} choice={choice} units={question.units} height={HEIGHT} bounds={bounds} />
  ) : (
    <Table result={result} label={question.name} units={question.units} />
  )
}

/** A line with its band or a small chart for each series, as the dashboard draws it whose panel it was. */
function PanelChart({ result, question }: { result: Result; question: KeptQuestion }) {
  const units = useAnswerUnits('', result.columns, question.units)
  const labels = useAnswerLabels('', result.columns)
  const shown = useMemo(() => {
    const { name, x, y, series, scale = 'auto' } = question
    const panel = {
      ...EMPTY_PANEL,
      ...partsOf(question),
      name,
      question: name,
      kind: question.kind,
      scale,
      x,
      y,
      series,
    }
    return { panel, units, labels, ...answerRows(result) }
  }, [result, question, units, labels])
  return (
    <Suspense fallback={<Waiting what="the chart" />}>
      <Chart shown={shown} height={HEIGHT} />
    </Suspense>
  )
}

function Table({ result, label, units: own }: { result: Result; label: string; units: Units | undefined }) {
  const units = useAnswerUnits('', result.columns, own)
  const answer = useMemo(() => ({ ...result, rows: withDays(result.rows) }), [result])
  return <AnswerTable answer={answer} units={units} table="" label={label} height={HEIGHT} isOfPerson />
}
