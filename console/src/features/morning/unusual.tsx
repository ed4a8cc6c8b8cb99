import { Button, Group, Skeleton, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, forPages } from '../../api/format'
import { panelAddress } from '../dashboards/named-panel'
import { useDashboards } from '../dashboards/queries'
import { useHealth } from '../lake/queries'
import { useMay } from '../../api/queries'
import { useResult } from '../query/results'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { answerRows, filled } from '../../formats/template'
import { qualityWords } from '../lake/quality-words'
import { useDecide, useDecisions } from '../work/queries'

const ALERTS = 'alerts'

/** Figures above their limits and drifting files. An alert that was acknowledged stays away until its value changes. */
export function Unusual() {
  const boards = useDashboards()
  const health = useHealth()
  return (
    <Panel title="Unusual">
      <Answered of={boards} what="the alerts">
        {({ dashboards }) => (
          <Answered of={health} what="the checks of the files">
            {({ checks }) => (
              <Signs
                boards={dashboards}
                drift={checks.find((one) => one.name === 'quality' && one.state === 'degraded')}
              />
            )}
          </Answered>
        )}
      </Answered>
    </Panel>
  )
}

function Signs({
  boards,
  drift,
}: {
  boards: Schemas['Dashboard'][]
  drift: Schemas['HealthCheck'] | undefined
}) {
  const rules = boards.flatMap((board) => board.alerts.map((rule) => ({ board, rule })))
  if (rules.length === 0 && !drift)
    return <Empty>No file is out of line with those before it, and no dashboard states an alert.</Empty>
  return (
    <>
      <ul className="tasks">
        {rules.map(({ board, rule }) => (
          <Alert key={`${board.system} ${rule.name}`} board={board} rule={rule} />
        ))}
        {drift ? <Drift message={forPages(drift.message.replace(/; `headgate[^`]*` says why/, ''))} /> : null}
      </ul>
      <Text size="xs" className="muted">
        Watched: {count(rules.length, 'limit')} of the dashboards, and whether files differ from those before.
      </Text>
    </>
  )
}

function Drift({ message }: { message: string }) {
  const { text, href } = qualityWords(message)
  return (
    <li className="task">
      <Text size="sm" component="span" className="any-text">
        {text}
      </Text>
      <Button
        component="a"
        size="compact-sm"
        variant="default"
        href={href}
        aria-label="See the file: quality"
      >
        See the file
      </Button>
    </li>
  )
}

function Alert({ board, rule }: { board: Schemas['Dashboard']; rule: Schemas['DashboardAlert'] }) {
  const answer = useResult(rule.sql)
  const decisions = useDecisions(ALERTS)
  const decide = useDecide(ALERTS)
  const may = useMay('uploader')
  const value = answer.data?.rows[0]?.[0] ?? null
  const error = answer.error ?? decisions.error
  if (!answer.data || !decisions.data)
    return error ? (
      <li>
        <Failed
          error={error}
          what="An alert"
          onRetry={() => void Promise.all([answer.refetch(), decisions.refetch()])}
        />
      </li>
    ) : (
      <Skeleton height={12} my={8} component="li" aria-busy aria-label="Loading an alert" />
    )
  if (value === null || Number(value) <= rule.above) return null
  const message = filled(rule.message, answerRows(answer.data), { ...rule.units, value: rule.unit })
  const item = `${rule.name} ${message ?? String(value)}`.slice(0, 200)
  if (decisions.data.decisions.some((one) => one.item_id === item)) return null
  return (
    <li className="task">
      <div>
        <Text size="sm">{message ?? rule.message}</Text>
        <Text size="xs" className="muted">
          {rule.remedy}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap">
        <Button component="a" size="compact-sm" variant="default" {...wayOf(board, rule)} />
        {may ? (
          <Button
            size="compact-sm"
            variant="default"
            loading={decide.isPending}
            aria-label={`Acknowledge: ${rule.name.replaceAll('_', ' ')}`}
            onClick={() =>
              decide.mutate({
                queue: ALERTS,
                item_id: item,
                action: 'acknowledge',
                note: '',
                assignee: '',
                value: '',
              })
            }
          >
            Acknowledge
          </Button>
        ) : null}
      </Group>
    </li>
  )
}

/** Where a person acts on an alert: the queue of the panel that shows the cause, or that panel. */
function wayOf(board: Schemas['Dashboard'], rule: Schemas['DashboardAlert']) {
  const name = rule.name.replaceAll('_', ' ')
  const named = board.panels.find((panel) => panel.name === rule.panel)?.queue
  const queue = board.queues.find((each) => each.name === named)
  return queue
    ? { href: `#/work/${queue.name}`, children: 'Open the queue', 'aria-label': `Open the queue: ${name}` }
    : { href: panelAddress(board.system, rule.panel), children: 'Why?', 'aria-label': `Why: ${name}` }
}
