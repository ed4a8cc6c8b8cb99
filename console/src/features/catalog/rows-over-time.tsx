import { Text } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { Waiting } from '../../components/states'
import type { TitleOf } from '../../formats/words'
import { EMPTY_PANEL } from '../dashboards/empty-panel'

const Chart = lazy(() => import('../dashboards/chart'))
const HEIGHT = 160

/** The rows of a dataset by the time of their events. */
export function RowsOverTime({
  counted,
  title,
  isSample,
}: {
  counted: Schemas['RowsOverTimeShown']
  title: TitleOf
  isSample: boolean
}) {
  const { column, period, points } = counted
  const words = overTimeWords(title(column), period, isSample)
  const shown = useMemo(
    () => ({
      panel: { ...EMPTY_PANEL, name: 'over_time', x: period, y: ['rows'], unit: 'rows', question: words },
      columns: [period, 'rows'],
      rows: points.map(({ starts_on, rows }) => [starts_on, rows]),
    }),
    [period, points, words],
  )
  return (
    <div>
      <Text size="sm" fw={600} component="h3" m={0}>
        {words}
      </Text>
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={HEIGHT} />
      </Suspense>
    </div>
  )
}

/** What the chart shows; the first and the last period may have begun before the data or still go on. */
export const overTimeWords = (column: string, period: string, isSample: boolean): string =>
  `Rows by ${period} of ${column}${isSample ? ', about' : ''}`
