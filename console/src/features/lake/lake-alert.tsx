import { Button, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { forPages } from '../../api/format'
import { Advice } from '../../components/advice'
import { qualityWords } from './quality-words'
import { useRuns } from './queries'
import { withTimesOfRuns } from './run-facts'

type Check = Schemas['HealthCheck']

const NO_RUNS: Schemas['RunSummary'][] = []

/** The checks of the lake that raise an alert. */
export const alertedChecks = (checks: Check[]): Check[] =>
  checks.filter(({ state }) => state === 'failed' || state === 'degraded')

/** An alert of the lake itself, with the way to its cause. */
export function LakeAlert({ check }: { check: Check }) {
  const runs = useRuns().data?.runs ?? NO_RUNS
  const text = withTimesOfRuns(check.message, runs)
  const message = forPages(text.replace(/; `headgate[^`]*` says why/, ''))
  const drift = check.name === 'quality' ? qualityWords(message) : undefined
  return (
    <li className="task">
      <Text size="sm" component="span" className="any-text">
        {drift ? drift.text : <Advice text={message} />}
      </Text>
      <Button
        component="a"
        size="compact-sm"
        variant="default"
        className="not-printed"
        href={drift ? drift.href : '#/lake'}
        aria-label={`See the ${drift ? 'file' : 'check'}: ${check.name}`}
      >
        {drift ? 'See the file' : 'See the check'}
      </Button>
    </li>
  )
}
