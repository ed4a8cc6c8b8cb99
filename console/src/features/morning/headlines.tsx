import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Cell, currencyOf, figure } from '../../api/format'
import { Before, BeforeRun, FigureOutline, Unit } from '../dashboards/kpi'
import { actionOf } from '../dashboards/panel-action'
import { useDashboards } from '../dashboards/queries'
import { QueueLink } from '../dashboards/queue-link'
import { useResult } from '../query/results'
import { Panel } from '../../components/panel'
import { NewestRunLine } from '../lake/newest-run'
import { FailedAnswer } from '../../components/states'
import { useUnits } from '../../formats/columns'
import { answerRows, answerTitle } from '../../formats/template'
import { TrustLine } from '../dashboards/trust-line'
import { InQueue } from '../work/in-queue'
import { useOpen } from '../work/open-items'

interface Props {
  title?: string
  /** Whether each figure says what to do, with the way to its queue. */
  hasActions?: boolean
}

/** The first figure of every dashboard with how far it may be trusted, as the way into it. */
export function Headlines({ title = 'Figures', hasActions = false }: Props) {
  const boards = useDashboards().data?.dashboards
  // The places stay as they are while the answers arrive.
  const shown = inPlace(boards ?? [])
  if (shown.length === 0) return null
  return (
    <Panel title={title}>
      <NewestRunLine systems={shown.map(({ board }) => board.system)} />
      <div className="headlines">
        {shown.map(({ board, panel }) => (
          <Headline key={board.system} board={board} panel={panel} hasActions={hasActions} />
        ))}
      </div>
    </Panel>
  )
}

interface Placed {
  board: Schemas['Dashboard']
  panel: Schemas['Panel']
}

/** The first figure of each dashboard: sums of money first, then figures of other things, each in the order of the dashboards. */
export function inPlace(boards: Placed['board'][]): Placed[] {
  const placed = boards.flatMap((board) => {
    const panel = board.panels.find((first) => first.kind === 'kpi')
    return panel ? [{ board, panel }] : []
  })
  const isMoney = ({ panel }: Placed): boolean => currencyOf(panel.unit) !== ''
  return placed.toSorted((first, second) => Number(isMoney(second)) - Number(isMoney(first)))
}

interface HeadlineProps {
  board: Schemas['Dashboard']
  panel: Schemas['Panel']
  hasActions: boolean
}

function Headline({ board, panel: ofRun, hasActions }: HeadlineProps) {
  const open = useOpen(board.queues)
  const panel = open?.(ofRun) ?? ofRun
  const answer = useResult(open ? panel.sql : '')
  const live = answer.data
  const at = (name: string): Cell =>
    live?.rows[0]?.[live.columns.findIndex((column) => column.name === name)] ?? null
  const units = { ...useUnits(panel.table, panel.units), value: panel.unit, before: panel.unit }
  const title = live && panel.answer ? answerTitle(panel.answer, answerRows(live), units) : null
  const failed = <FailedAnswer of={answer} what={board.title} />
  if (answer.error && !answer.data) return failed
  return (
    <div aria-busy={answer.isPending}>
      {failed}
      <Anchor size="sm" href={`#/dashboards/${encodeURIComponent(board.system)}`}>
        {board.title}
      </Anchor>
      <Text fz={22} fw={600} lh={1.3} component="div">
        {live ? figure(at('value'), panel.unit) : <FigureOutline />}
        <Unit value={at('value')} unit={panel.unit} />
      </Text>
      <Before panel={panel} value={at('value')} before={at('before')} note={at('title_before_note')} />
      <BeforeRun board={board} panel={panel} answer={answer} />
      <Text size="xs" className="muted">
        {title ?? panel.question}
      </Text>
      {hasActions && live && at('value') !== null ? (
        <>
          <Text size="xs">{actionOf(panel, live, units)}</Text>
          {Number(at('value')) > 0 ? <QueueLink board={board} panel={panel} /> : null}
        </>
      ) : null}
      {live ? <InQueue queues={board.queues} name={panel.queue} /> : null}
      <TrustLine board={board} table={panel.table} />
    </div>
  )
}
