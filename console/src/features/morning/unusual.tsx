import { Anchor, Button, Skeleton, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useDashboards } from '../dashboards/queries'
import { useHealth } from '../lake/queries'
import { useMay } from '../../api/queries'
import { useResult } from '../query/results'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { alertedChecks, LakeAlert } from '../lake/lake-alert'
import {
  ACKNOWLEDGE,
  acknowledgement,
  alertName,
  ALERTS,
  type RaisedAlert,
  raisedAlert,
  type WatchedFigure,
  wayOf,
} from '../work/alerts'
import { useDecide, useDecisions } from '../work/queries'
import { REOPEN } from '../work/queue-state'
import { LinkedText } from '../work/linked-text'
import { useRaisedAlerts } from '../work/use-raised-alerts'
import { useTasksTitle } from './tasks-title'

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
  const { figures, answers, raised } = useRaisedAlerts(boards)
  const decisions = useDecisions(ALERTS).data?.decisions ?? []
  const done = raised.filter(({ item }) => acknowledgement(item, decisions)).length
  const alerted = alertedChecks(checks)
  const tasks = useTasksTitle()
  // The report has no tasks, so that it lists all of them.
  const shown = alerted.filter(({ name }) => isReport || OF_CONTENTS.has(name))
  const isCounted = answers.every(({ data }) => data)
  if (figures.length === 0 && shown.length === 0)
    return <Empty>No file is out of line with those before it, and no dashboard states an alert.</Empty>
  return (
    <>
      <ul className="tasks">
        {figures.map((figure) => (
          <Alert key={`${figure.board.system} ${figure.rule.name}`} figure={figure} isReport={isReport} />
        ))}
        {shown.map((check) => (
          <LakeAlert key={check.name} check={check} />
        ))}
      </ul>
      {isCounted ? (
        <Text size="xs" className="muted" data-testid="alert-count">
          {alertsWords(
            [raised.length, figures.length],
            alerted.map(({ name }) => name),
            checks.length,
            { isReport, done, tasks },
          )}{' '}
          {figures.length > 0 && !isReport ? (
            <Anchor inherit href={`#/work/${ALERTS}`}>
              All alerts
            </Anchor>
          ) : null}
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
  { isReport = false, done = 0, tasks: title = 'Needs you' } = {},
): string {
  const all = count(raised + alerted.length, 'alert')
  const tasks = isReport ? [] : alerted.filter((name) => !OF_CONTENTS.has(name))
  const where =
    tasks.length > 0
      ? `; the ${tasks.length === 1 ? 'check' : 'checks'} of ${tasks.join(' and ')} ${tasks.length === 1 ? 'is a task' : 'are tasks'} below “${title}”`
      : ''
  const acknowledged =
    done > 0 ? ` ${done === 1 ? 'One is acknowledged' : `${done} are acknowledged`} and not listed here.` : ''
  return `${all}${isReport ? '' : ', as in the report'}: ${raised} of ${count(figures, 'watched figure')} and ${alerted.length} of ${count(checks, 'check')} of the lake${where}.${acknowledged}`
}

function Alert({ figure, isReport }: { figure: WatchedFigure; isReport: boolean }) {
  const answer = useResult(figure.rule.sql)
  const decisions = useDecisions(ALERTS)
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
  const alert = raisedAlert(figure, answer.data)
  if (!alert) return null
  return (
    <Raised alert={alert} isReport={isReport} done={acknowledgement(alert.item, decisions.data.decisions)} />
  )
}

interface RaisedProps {
  alert: RaisedAlert
  isReport: boolean
  done: Schemas['Decision'] | undefined
}

/** An alert until somebody acknowledges it; whoever just did can take it back in the same place. */
function Raised({ alert, isReport, done }: RaisedProps) {
  const decide = useDecide(ALERTS)
  const mayDecide = useMay('uploader') && !isReport
  const name = alertName(alert.rule.name)
  const { href, words, label } = wayOf(alert)
  const record = (action: string) =>
    decide.mutate({
      queue: ALERTS,
      item_id: alert.item,
      action,
      note: '',
      assignee: '',
      value: '',
      shown: '',
    })
  if (done && done.decision_id !== decide.data?.decision_id) return null
  return (
    <li className="task">
      <div>
        <Text size="sm">
          <LinkedText text={alert.message} table="" cells={alert.ids} />
        </Text>
        <Text size="xs" className="muted" role={done ? 'status' : undefined}>
          {done ? (
            'Acknowledged; it comes back when its value changes.'
          ) : (
            <>
              {alert.rule.remedy}{' '}
              {mayDecide ? (
                <Anchor inherit href={href} aria-label={label}>
                  {words}
                </Anchor>
              ) : null}
            </>
          )}
        </Text>
        {decide.error ? <Failed error={decide.error} what="The decision" isAction /> : null}
      </div>
      {mayDecide ? (
        <Button
          size="compact-sm"
          variant="default"
          loading={decide.isPending}
          aria-label={`${done ? 'Undo' : 'Acknowledge'}: ${name}`}
          onClick={() => record(done ? REOPEN : ACKNOWLEDGE)}
        >
          {done ? 'Undo' : 'Acknowledge'}
        </Button>
      ) : (
        <Button component="a" size="compact-sm" variant="default" href={href} aria-label={label}>
          {words}
        </Button>
      )}
    </li>
  )
}
