import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { dayAndTime } from '../../formats/moments'
import { heading } from '../../formats/words'
import { useContents } from '../catalog/queries'
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

/**
 * What the merge of a run changed in the datasets that figures are built from; empty where it recorded nothing, as in
 * runs of older deployments, and where these datasets are not known: news of others would mislead.
 */
export function mergeWords(stages: Schemas['RunStage'][], reads: ReadonlySet<string>): string {
  const merge = stages.find(({ name }) => name === 'merge')
  if (typeof merge?.rows_read !== 'number') return ''
  if (reads.size === 0 && merge.datasets.length > 0) return ''
  const own = merge.datasets.filter(({ dataset }) => reads.has(dataset))
  if (own.length === 0 && merge.datasets.length > 0) return 'nothing new came in that they are built from'
  return arrivalWords(own) || 'no row of a dataset changed'
}

/** The datasets that the tables of these systems were built from; undefined until they are known. */
function useReads(systems: string[]): ReadonlySet<string> | undefined {
  const contents = useContents()
  if (contents.isPending) return undefined
  const tables = contents.data?.tables ?? []
  return new Set(tables.filter(({ system }) => systems.includes(system)).flatMap(({ reads }) => reads))
}

/** From which run the figures of these systems are, and what it changed; nothing where that is not certain. */
export function NewestRunLine({ systems }: { systems: string[] }) {
  const [run] = useRunsOfFigures(systems)
  const reads = useReads(systems)
  return run && reads ? <RunLine run={run} reads={reads} /> : null
}

function RunLine({ run, reads }: { run: Schemas['RunDetail']; reads: ReadonlySet<string> }) {
  if (!useReadSince(endOf(run))) return null
  const words = mergeWords(run.stages, reads)
  return (
    <Text size="xs" className="muted" data-testid="figures-run">
      Figures from the{' '}
      <Anchor inherit href={`#/runs/${encodeURIComponent(run.name)}`}>
        run of {dayAndTime(run.started_at)}
      </Anchor>
      {words ? `: ${words}` : ''}.
    </Text>
  )
}
