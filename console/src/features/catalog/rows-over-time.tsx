import { Text } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Waiting } from '../../components/states'
import { day } from '../../formats/moments'
import type { TitleOf } from '../../formats/words'
import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { openPeriod } from '../query/open-period'

const Chart = lazy(() => import('../dashboards/chart'))
const HEIGHT = 160

/** The rows of a dataset by the time of their events; the last period is dashed if the data end within it. */
export function RowsOverTime({
  counted,
  title,
  latestOn,
}: {
  counted: Schemas['RowsOverTimeShown']
  title: TitleOf
  /** The last day of the dataset's events; empty if it is not known. */
  latestOn: string
}) {
  const { column, period, points } = counted
  const words = overTimeWords(title(column), counted, latestOn)
  const shown = useMemo(
    () => ({
      panel: { ...EMPTY_PANEL, name: 'over_time', x: period, y: ['rows'], unit: 'rows', question: words },
      columns: [period, 'rows'],
      rows: points.map(({ starts_on, rows }) => [starts_on, rows]),
      open: openOf(points, latestOn),
    }),
    [period, points, words, latestOn],
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

type Counted = Pick<Schemas['RowsOverTimeShown'], 'period' | 'points'>

const openOf = (points: Counted['points'], latestOn: string) =>
  openPeriod(
    points.map(({ starts_on }) => starts_on),
    latestOn,
  )

/** How many rows a period typically has, and up to which day the data have the last one if not all of it. */
export function overTimeWords(column: string, { period, points }: Counted, latestOn: string): string {
  const open = openOf(points, latestOn)
  // The data may begin within the first period too.
  const whole = points.slice(1, open ? -1 : undefined)
  const counts = (whole.length > 0 ? whole : points).map(({ rows }) => rows)
  const some = counts.filter((rows) => rows > 0)
  const typical = count(Math.round(median(some)), 'row')
  const answer =
    some.length === counts.length
      ? `About ${typical} a ${period}`
      : `About ${typical} in each ${period} that has any`
  return `${answer}, by ${column}${open ? `; the last ${period} has days until ${day(open.until)} only` : ''}`
}

function median(numbers: number[]): number {
  const inOrder = numbers.toSorted((one, other) => one - other)
  const middle = (inOrder.length - 1) / 2
  return ((inOrder[Math.floor(middle)] ?? 0) + (inOrder[Math.ceil(middle)] ?? 0)) / 2
}
