import { Anchor, Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useHealth, useQuarantine, useRuns } from './queries'
import { Panel } from '../../components/panel'
import { Answered, StateBadge } from '../../components/states'
import { heading } from '../../formats/words'
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
  const remedy = health.data
    ? (remedyOf(health.data.checks) ?? (waiting > 0 ? CORRECT : undefined))
    : undefined
  return (
    <Panel
      title={health.data ? healthWords(health.data.checks, waiting) : 'Health'}
      name="Health"
      actions={
        remedy ? (
          <Button component="a" href={remedy.href} size="compact-sm" miw="max-content">
            {remedy.words}
          </Button>
        ) : null
      }
    >
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
      <FoldedChecks checks={unknown} words="with nothing to check yet" />
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
