import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { moment } from '../../formats/moments'
import { heading } from '../../formats/words'
import { endOf, useReadSince, useRunsOfFigures } from './figures-run'

const MAX_NAMED = 3

/** What a run changed in the datasets, those with most rows first: `191 rows of parts came in`. Empty where it changed none. */
export function arrivalWords(merged: Schemas['MergedRows'][]): string {
  const changed = merged.toSorted((one, other) => Math.abs(other.arrived) - Math.abs(one.arrived))
  const named = changed.slice(0, MAX_NAMED).map(({ dataset, arrived }) => {
    const name = heading(dataset).toLowerCase()
    // As many rows of undone files left as came in.
    if (arrived === 0) return `rows of ${name} changed`
    return arrived < 0
      ? `${count(-arrived, 'row')} of ${name} left`
      : `${count(arrived, 'row')} of ${name} came in`
  })
  const others = changed.length - named.length
  return [...named, ...(others > 0 ? [`rows of ${count(others, 'other dataset')} changed`] : [])].join(', ')
}

/** What the merge of a run changed; empty where it recorded nothing, as in runs of older deployments. */
export function mergeWords(stages: Schemas['RunStage'][]): string {
  const merge = stages.find(({ name }) => name === 'merge')
  if (typeof merge?.rows_read !== 'number') return ''
  return arrivalWords(merge.datasets) || 'no row of a dataset changed'
}

/** From which run the figures of these systems are, and what it changed; nothing where that is not certain. */
export function NewestRunLine({ systems }: { systems: string[] }) {
  const [run] = useRunsOfFigures(systems)
  return run ? <RunLine run={run} /> : null
}

function RunLine({ run }: { run: Schemas['RunDetail'] }) {
  if (!useReadSince(endOf(run))) return null
  const words = mergeWords(run.stages)
  return (
    <Text size="xs" className="muted" data-testid="figures-run">
      Figures from the{' '}
      <Anchor inherit href={`#/runs/${encodeURIComponent(run.name)}`}>
        run of {moment(run.started_at)}
      </Anchor>
      {words ? `: ${words}` : ''}.
    </Text>
  )
}
