import { Alert, Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { day, moment } from '../../formats/moments'
import { useContents } from '../catalog/queries'
import { isUnderWay } from './lake-words'
import { useRuns } from './queries'
import { useStageNames } from './run-stages'

/** The newest run in which the system failed, unless a complete run has built it since; undefined without one. */
export function failedBuild(
  runs: Schemas['RunSummary'][],
  system: string,
): Schemas['RunSummary'] | undefined {
  const ended = runs.filter((run) => !isUnderWay(run))
  const decided = ended.find((run) => run.state === 'succeeded' || run.failed_stages[system] !== undefined)
  return decided?.failed_stages[system] === undefined ? undefined : decided
}

/** Which systems of a dashboard failed in their newest run, and how old their figures are; nothing where all were built. */
export function FailedBuilds({ systems }: { systems: string[] }) {
  const runs = useRuns().data?.runs ?? []
  const tables = useContents().data?.tables ?? []
  const nameOf = useStageNames()
  return [...new Set(systems)].map((system) => {
    const run = system ? failedBuild(runs, system) : undefined
    if (!run) return null
    const asOf = tables
      .filter((table) => table.system === system && table.as_of)
      .map((table) => table.as_of)
      .toSorted()
      .at(-1)
    const isNext = runs.some(isUnderWay)
    return (
      <Alert key={system} color="orange" role="alert" p="xs" data-testid="failed-build">
        <Text size="sm">
          The last build of {nameOf(system)} failed, in the{' '}
          <Anchor inherit href={`#/runs/${encodeURIComponent(run.name)}`}>
            run of {moment(run.started_at)}
          </Anchor>
          . Its figures are of the build before{asOf ? `, with data as of ${day(asOf)}` : ''}
          {isNext ? '; a run is under way.' : '.'}
        </Text>
      </Alert>
    )
  })
}
