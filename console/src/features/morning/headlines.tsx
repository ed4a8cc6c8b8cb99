import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Cell, currencyOf, figure } from '../../api/format'
import { Before, BeforeRun, FigureOutline, Unit } from '../dashboards/kpi'
import { actionOf } from '../dashboards/panel-action'
import { useDashboards } from '../dashboards/queries'
import { QueueLink } from '../dashboards/queue-link'
import { type Result, useResult, useResults } from '../query/results'
import { Panel } from '../../components/panel'
import { NewestRunLine } from '../lake/newest-run'
import { FailedAnswer } from '../../components/states'
import { useUnits } from '../../formats/columns'
import { answerRows, answerTitle } from '../../formats/template'
import { TrustLine } from '../dashboards/trust-line'
import { InQueue } from '../work/in-queue'

interface Props {
  title?: string
  /** Whether each figure says what to do, with the way to its queue. */
  hasActions?: boolean
}

/** The first figure of every dashboard with how far it may be trusted, as the way into it. */
export function Headlines({ title = 'Figures', hasActions = false }: Props) {
  const boards = useDashboards().data?.dashboards ?? []
  const shown = boards.flatMap((board) => {
    const panel = board.panels.find((one) => one.kind === 'kpi')
    return panel ? [{ board, panel }] : []
  })
  const answers = useResults(shown.map(({ panel }) => panel.sql))
  if (shown.length === 0) return null
  const sums = shown.map(({ panel }, at) => sumOf(panel, answers[at]?.data))
  return (
    <Panel title={title}>
      <NewestRunLine />
      <div className="headlines">
        {byMoney(shown, sums).map(({ board, panel }) => (
          <Headline key={board.system} board={board} panel={panel} hasActions={hasActions} />
        ))}
      </div>
    </Panel>
  )
}

/** The money of a figure; undefined for a figure of other things, and while it is read. */
function sumOf(panel: Schemas['Panel'], answer: Result | undefined): number | undefined {
  const at = answer?.columns.findIndex(({ name }) => name === 'value') ?? -1
  const value = answer?.rows[0]?.[at] ?? null
  return currencyOf(panel.unit) && value !== null ? Number(value) : undefined
}

/** The largest sum of money first, then figures of other things in their order. */
export const byMoney = <T,>(shown: T[], sums: (number | undefined)[]): T[] =>
  shown
    .map((one, at) => ({ one, sum: sums[at] ?? -1 }))
    .sort((one, other) => other.sum - one.sum)
    .map(({ one }) => one)

interface HeadlineProps {
  board: Schemas['Dashboard']
  panel: Schemas['Panel']
  hasActions: boolean
}

function Headline({ board, panel, hasActions }: HeadlineProps) {
  const answer = useResult(panel.sql)
  const at = (name: string): Cell =>
    answer.data?.rows[0]?.[answer.data.columns.findIndex((column) => column.name === name)] ?? null
  const units = { ...useUnits(panel.table, panel.units), value: panel.unit, before: panel.unit }
  const title = answer.data && panel.answer ? answerTitle(panel.answer, answerRows(answer.data), units) : null
  const failed = <FailedAnswer of={answer} what={board.title} />
  if (answer.error && !answer.data) return failed
  return (
    <div aria-busy={answer.isPending}>
      {failed}
      <Anchor size="sm" href={`#/dashboards/${encodeURIComponent(board.system)}`}>
        {board.title}
      </Anchor>
      <Text fz={22} fw={600} lh={1.3} component="div">
        {answer.data ? figure(at('value'), panel.unit) : <FigureOutline />}
        <Unit value={at('value')} unit={panel.unit} />
      </Text>
      <Before panel={panel} value={at('value')} before={at('before')} />
      <BeforeRun board={board} panel={panel} value={at('value')} />
      <Text size="xs" className="muted">
        {title ?? panel.question}
      </Text>
      {hasActions && answer.data && at('value') !== null ? (
        <>
          <Text size="xs">{actionOf(panel, answer.data)}</Text>
          {Number(at('value')) > 0 ? (
            <>
              <QueueLink board={board} panel={panel} />
              <InQueue queues={board.queues} name={panel.queue} />
            </>
          ) : null}
        </>
      ) : null}
      <TrustLine board={board} table={panel.table} />
    </div>
  )
}
