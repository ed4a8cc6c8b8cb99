import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { moment } from '../../formats/moments'
import { heading } from '../../formats/words'
import { isUnderWay } from './lake-words'
import { useRun, useRuns } from './queries'

/** The newest run that ended well: the figures of the pages are from it. */
export const newestOf = (runs: Schemas['RunSummary'][]): Schemas['RunSummary'] | undefined =>
  runs.find((run) => !isUnderWay(run) && run.state === 'succeeded')

export const useNewestRun = (): Schemas['RunSummary'] | undefined => newestOf(useRuns().data?.runs ?? [])

const MAX_NAMED = 3

/** What a run changed in the datasets, those with most rows first: `191 rows of order items came in`. Empty where it changed none. */
export function changeWords(merged: Schemas['MergedRows'][]): string {
  const changed = merged
    .filter(({ arrived, rows, rows_before }) => arrived !== 0 || rows !== rows_before)
    .toSorted((one, other) => Math.abs(other.arrived) - Math.abs(one.arrived))
  const named = changed.slice(0, MAX_NAMED).map(({ dataset, arrived }) => {
    const name = heading(dataset).toLowerCase()
    return arrived < 0
      ? `${count(-arrived, 'row')} of ${name} left`
      : `${count(arrived, 'row')} of ${name} came in`
  })
  const others = changed.length - named.length
  return [...named, ...(others > 0 ? [`rows of ${count(others, 'other dataset')}`] : [])].join(', ')
}

/** From which run the figures of a page are, and what it changed. */
export function NewestRunLine() {
  const run = useNewestRun()
  return run ? <RunLine key={run.name} run={run} /> : null
}

function RunLine({ run }: { run: Schemas['RunSummary'] }) {
  const stages = useRun(run.name).data?.stages
  const words = changeWords((stages ?? []).flatMap(({ datasets }) => datasets))
  return (
    <Text size="xs" className="muted" data-testid="figures-run">
      Figures from the{' '}
      <Anchor inherit href={`#/runs/${encodeURIComponent(run.name)}`}>
        run of {moment(run.started_at)}
      </Anchor>
      {stages ? `: ${words || 'no row of a dataset changed'}` : ''}.
    </Text>
  )
}
