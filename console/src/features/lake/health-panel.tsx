import { Anchor, Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useMay } from '../../api/queries'
import { useHealth, useQuarantine, useRuns } from './queries'
import { Panel } from '../../components/panel'
import { Answered, StateBadge } from '../../components/states'
import { heading } from '../../formats/words'
import { WhoMayCorrect } from '../files/who-may-correct'
import { useOpenAlerts } from '../work/use-open-alerts'
import { Advice } from '../../components/advice'
import { healthWords, needsLook, remedyOf, waitingRowsOf } from './lake-words'
import { qualityWords } from './quality-words'
import { withTimesOfRuns } from './run-facts'

/** What the API checks about the lake: what needs a person with the one thing to do, and what is in order folded. */
export function HealthPanel() {
  const health = useHealth()
  const runs = useRuns()
  const lines = useQuarantine().data?.lines ?? []
  const waiting = waitingRowsOf(lines)
  const alerts = useOpenAlerts()
  const mayCorrect = useMay('uploader')
  const ofLake = health.data ? remedyOf(health.data.checks) : undefined
  const ofRows = waiting > 0 ? (mayCorrect ? CORRECT : LOOK) : undefined
  const remedy = health.data ? (ofLake ?? (alerts?.length ? SEE_ALERTS : ofRows)) : undefined
  // The gate's own remedies are an upload or a correction.
  const isForOthers = !mayCorrect && remedy !== undefined && OF_UPLOADERS.has(remedy.href)
  return (
    <Panel
      title={health.data ? verdict(health.data.checks, waiting, alerts) : 'Health'}
      name="Health"
      actions={
        remedy && !(isForOthers && remedy.href === UPLOAD) ? (
          <Button
            component="a"
            href={remedy.href}
            size="compact-sm"
            miw="max-content"
            variant={isForOthers ? 'default' : 'filled'}
          >
            {isForOthers ? LOOK.words : remedy.words}
          </Button>
        ) : null
      }
    >
      {isForOthers && remedy.href !== UPLOAD ? <WhoMayCorrect /> : null}
      <Answered of={health} what="the health">
        {({ checks }) => (
          <Checks
            checks={checks.map((check) => ({ ...check, ...inWords(check.message, runs.data?.runs ?? []) }))}
          />
        )}
      </Answered>
    </Panel>
  )
}

const CORRECT = { words: 'Correct the rows', href: '#/work/files' }
const LOOK = { ...CORRECT, words: 'See the rows' }
const SEE_ALERTS = { words: 'Open the alerts', href: '#/work/alerts' }
const UPLOAD = '#/upload'
const OF_UPLOADERS = new Set([CORRECT.href, UPLOAD])

/** The verdict on the lake; while the alerts are read, that of its checks alone does not claim more. */
function verdict(checks: Schemas['HealthCheck'][], waiting: number, alerts: string[] | undefined): string {
  const words = healthWords(checks, waiting, alerts)
  return alerts === undefined && words.startsWith('Everything works')
    ? 'The checks are in order; the alerts are being read'
    : words
}

/** A message with the times of runs, and the page of the file that it is about. */
function inWords(message: string, runs: Schemas['RunSummary'][]): Pick<ShownCheck, 'message' | 'file'> {
  const { text, href } = qualityWords(message)
  return { message: withTimesOfRuns(text, runs), ...(text === message ? {} : { file: href }) }
}

type ShownCheck = Schemas['HealthCheck'] & { file?: string }

export function Checks({ checks }: { checks: ShownCheck[] }) {
  const fine = checks.filter(({ state }) => state === 'healthy')
  const unknown = checks.filter(({ state }) => state === 'unknown')
  return (
    <>
      <CheckList checks={checks.filter(needsLook)} />
      <FoldedChecks checks={fine} words="in order" />
      <FoldedChecks checks={unknown} words="not made yet" />
    </>
  )
}

function FoldedChecks({ checks, words }: { checks: ShownCheck[]; words: string }) {
  if (checks.length === 0) return null
  const names = checks.map(({ name }) => heading(name).toLowerCase()).join(', ')
  return (
    <details style={{ marginTop: 8 }}>
      <summary>
        <Text size="sm" span>
          {count(checks.length, 'check')} {words}: {names}
        </Text>
      </summary>
      <CheckList checks={checks} />
    </details>
  )
}

function CheckList({ checks }: { checks: ShownCheck[] }) {
  if (checks.length === 0) return null
  return (
    <div className="checks">
      {checks.map((check) => (
        <div key={check.name}>
          <Group gap="xs" wrap="nowrap">
            <Text fw={600} size="sm">
              {heading(check.name)}
            </Text>
            <StateBadge state={check.state} />
          </Group>
          <Text size="sm" className="muted any-text" component="div">
            <Advice text={check.message} />{' '}
            {check.file ? (
              <Anchor inherit href={check.file}>
                See the file
              </Anchor>
            ) : null}
          </Text>
        </div>
      ))}
    </div>
  )
}
