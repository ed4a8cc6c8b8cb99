import { Anchor, Button, Skeleton, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, forPages } from '../../api/format'
import { panelAddress } from '../dashboards/named-panel'
import { useDashboards } from '../dashboards/queries'
import { useHealth } from '../lake/queries'
import { useMay } from '../../api/queries'
import { type Result, useResult, useResults } from '../query/results'
import { Advice } from '../../components/advice'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { answerRows, filled } from '../../formats/template'
import { qualityWords } from '../lake/quality-words'
import { useDecide, useDecisions } from '../work/queries'

const ALERTS = 'alerts'

/** Figures above their limits and drifting files. An alert that was acknowledged stays away until its value changes. */
export function Unusual({ isReport = false }: { isReport?: boolean }) {
  const boards = useDashboards()
  const health = useHealth()
  return (
    <Panel title="Unusual">
      <Answered of={boards} what="the alerts">
        {({ dashboards }) => (
          <Answered of={health} what="the checks of the files">
            {({ checks }) => <Signs boards={dashboards} checks={checks} isReport={isReport} />}
          </Answered>
        )}
      </Answered>
    </Panel>
  )
}

/** The checks of the lake that are about what is in it; the others are tasks below "Needs you". */
const OF_CONTENTS = new Set<string>(['quality', 'tables'])

interface SignsProps {
  boards: Schemas['Dashboard'][]
  checks: Schemas['HealthCheck'][]
  isReport: boolean
}

function Signs({ boards, checks, isReport }: SignsProps) {
  const rules = boards.flatMap((board) => board.alerts.map((rule) => ({ board, rule })))
  const answers = useResults(rules.map(({ rule }) => rule.sql))
  const raised = rules.filter(({ rule }, place) => isRaised(rule, answers[place]?.data))
  const alerted = checks.filter(({ state }) => state === 'failed' || state === 'degraded')
  const shown = alerted.filter(({ name }) => OF_CONTENTS.has(name))
  const isCounted = answers.every(({ data }) => data)
  if (rules.length === 0 && shown.length === 0)
    return <Empty>No file is out of line with those before it, and no dashboard states an alert.</Empty>
  return (
    <>
      <ul className="tasks">
        {rules.map(({ board, rule }) => (
          <Alert key={`${board.system} ${rule.name}`} board={board} rule={rule} />
        ))}
        {shown.map((check) => (
          <OfLake key={check.name} check={check} />
        ))}
      </ul>
      {isCounted ? (
        <Text size="xs" className="muted" data-testid="alert-count">
          {alertsWords(
            [raised.length, rules.length],
            alerted.map(({ name }) => name),
            checks.length,
            isReport,
          )}
        </Text>
      ) : null}
    </>
  )
}

/** How many alerts there are, which the report counts as the first page does: figures above their limits, and checks of the lake. */
export function alertsWords(
  [raised, figures]: [number, number],
  alerted: string[],
  checks: number,
  isReport = false,
): string {
  const all = count(raised + alerted.length, 'alert')
  const tasks = alerted.filter((name) => !OF_CONTENTS.has(name))
  const where =
    tasks.length > 0
      ? `, of which ${tasks.join(' and ')} ${tasks.length === 1 ? 'is' : 'are'} below “Needs you”${isReport ? ' on the page Morning' : ''}`
      : ''
  return `${all}${isReport ? '' : ', as in the report'}: ${raised} of ${count(figures, 'watched figure')} and ${alerted.length} of ${count(checks, 'check')} of the lake${where}.`
}

/** Whether a figure is above its limit. */
function isRaised(rule: Schemas['DashboardAlert'], answer: Result | undefined): boolean {
  const value = answer?.rows[0]?.[0] ?? null
  return value !== null && Number(value) > rule.above
}

function OfLake({ check }: { check: Schemas['HealthCheck'] }) {
  const message = forPages(check.message.replace(/; `headgate[^`]*` says why/, ''))
  return check.name === 'quality' ? <Drift message={message} /> : <Implausible message={message} />
}

function Implausible({ message }: { message: string }) {
  return (
    <li className="task">
      <Text size="sm" component="span" className="any-text">
        <Advice text={message} />
      </Text>
      <Button
        component="a"
        size="compact-sm"
        variant="default"
        href="#/lake"
        aria-label="See the check: tables"
      >
        See the check
      </Button>
    </li>
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
  if (!isRaised(rule, answer.data)) return null
  const message = filled(rule.message, answerRows(answer.data), { ...rule.units, value: rule.unit })
  const item = `${rule.name} ${message ?? String(value)}`.slice(0, 200)
  if (decisions.data.decisions.some((one) => one.item_id === item)) return null
  return (
    <li className="task">
      <div>
        <Text size="sm">{message ?? rule.message}</Text>
        <Text size="xs" className="muted">
          {rule.remedy} {may ? <Anchor inherit {...wayOf(board, rule)} /> : null}
        </Text>
      </div>
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
      ) : (
        <Button component="a" size="compact-sm" variant="default" {...wayOf(board, rule)} />
      )}
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
