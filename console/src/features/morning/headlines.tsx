import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { type Cell, figure } from '../../api/format'
import { Before, Unit } from '../dashboards/kpi'
import { useDashboards } from '../dashboards/queries'
import { useResult } from '../query/results'
import { Panel } from '../../components/panel'

/** The first figure of every dashboard, as the way into it. */
export function Headlines() {
  const boards = useDashboards().data?.dashboards ?? []
  const shown = boards.flatMap((board) => {
    const panel = board.panels.find((one) => one.kind === 'kpi')
    return panel ? [{ board, panel }] : []
  })
  if (shown.length === 0) return null
  return (
    <Panel title="Figures">
      <div className="headlines">
        {shown.map(({ board, panel }) => (
          <Headline key={board.system} board={board} panel={panel} />
        ))}
      </div>
    </Panel>
  )
}

function Headline({ board, panel }: { board: Schemas['Dashboard']; panel: Schemas['Panel'] }) {
  const answer = useResult(panel.sql)
  const at = (name: string): Cell =>
    answer.data?.rows[0]?.[answer.data.columns.findIndex((column) => column.name === name)] ?? null
  return (
    <div aria-busy={answer.isPending}>
      <Anchor size="sm" href={`#/dashboards/${encodeURIComponent(board.system)}`}>
        {board.title}
      </Anchor>
      <Text fz={22} fw={600} lh={1.3}>
        {answer.data ? figure(at('value'), panel.unit) : answer.error ? '–' : '…'}
        <Unit value={at('value')} unit={panel.unit} />
      </Text>
      <Before panel={panel} value={at('value')} before={at('before')} />
      <Text size="xs" className="muted">
        {panel.question}
      </Text>
    </div>
  )
}
