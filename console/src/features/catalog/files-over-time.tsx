import { SegmentedControl, Stack, Text } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Empty, Waiting } from '../../components/states'
import { driftWords, fileParts } from '../../formats/words'
import { EMPTY_PANEL } from '../dashboards/empty-panel'

const Chart = lazy(() => import('../dashboards/chart'))
const VIEWS = ['rows', 'quality'] as const
type View = (typeof VIEWS)[number]
const MOST_DRIFTS = 5

const PANEL = { ...EMPTY_PANEL, name: 'files', x: 'received_at' }

/** Rows or quality of a dataset's files over time, and what changed from file to file. */
export function FilesOverTime({ points }: { points: Schemas['QualityPoint'][] }) {
  const [view, setView] = useState<View>('rows')
  const shown = useMemo(() => drawn(points, view), [points, view])
  const drifted = points.filter((point) => point.drift)
  return (
    <Panel
      title={titleOf(points)}
      subtitle={view === 'rows' ? 'Rows of each file' : 'Quality score of each file, from 0 to 1'}
      name="Files over time"
      actions={
        <SegmentedControl size="xs" data={[...VIEWS]} value={view} onChange={setView} aria-label="Shown" />
      }
    >
      <Stack gap="xs">
        {points.length > 1 ? (
          <Suspense fallback={<Waiting what="the chart" />}>
            <Chart shown={shown} height={180} />
          </Suspense>
        ) : (
          <Empty>With the next file this shows how files change.</Empty>
        )}
        {drifted
          .slice(-MOST_DRIFTS)
          .reverse()
          .map((point) => (
            <Text size="sm" key={point.file_id}>
              <Moment at={point.received_at} /> {fileParts(point.key)[1]}: {driftWords(point.drift ?? '')}
            </Text>
          ))}
      </Stack>
    </Panel>
  )
}

const FEWEST_BEFORE = 3 // as the gate compares: see headgate/profiling/drift.py

/** The folder of the export that delivered a file: its files are not compared with each other. */
const exportOf = (key: string): string | undefined => /^.*\/run=[^/]+(?=\/)/.exec(key)?.[0]

/** How many files there are, and how many of them differ from those before; whether that was looked at. */
export function titleOf(points: Pick<Schemas['QualityPoint'], 'key' | 'drift'>[]): string {
  if (points.length === 1) return '1 file with accepted rows so far'
  const files = `${count(points.length, 'file')} with accepted rows`
  const drifted = points.filter(({ drift }) => drift).length
  const isCompared = points.some(({ key }, at) => {
    const own = exportOf(key)
    const before = points.slice(0, at).filter((earlier) => !own || exportOf(earlier.key) !== own)
    return before.length >= FEWEST_BEFORE
  })
  if (drifted > 0) return `${files}; ${drifted} ${drifted === 1 ? 'differs' : 'differ'} from those before`
  return isCompared ? `${files}; none differs from those before` : `${files}, too few to compare`
}

function drawn(points: Schemas['QualityPoint'][], view: View) {
  const y = view === 'rows' ? ['received', 'refused'] : ['score']
  const panel = { ...PANEL, y, unit: view === 'rows' ? 'rows' : 'score', question: `${view} of each file` }
  const rows = points.map((point) =>
    view === 'rows'
      ? [point.received_at, point.received, point.quarantined]
      : [point.received_at, point.score ?? null],
  )
  return { panel, columns: [PANEL.x, ...y], rows }
}
