import { Group, NativeSelect, SegmentedControl, Text } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { Waiting } from '../../components/states'
import { day, month } from '../../formats/moments'
import type { TitleOf } from '../../formats/words'
import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { type OpenPeriod, openPeriod, untilWords } from '../query/open-period'

const Chart = lazy(() => import('../dashboards/chart'))
const HEIGHT = 160

/** The rows of a dataset or a column's values by the time of their events; a last period that is not over is dashed. */
export function RowsOverTime({
  counted,
  title,
  latestOn,
  latestAt = '',
  measures = [],
}: {
  counted: Schemas['RowsOverTimeShown']
  title: TitleOf
  /** The last day of the dataset's events; empty if it is not known. */
  latestOn: string
  /** The last moment of the column; empty if it is not known. */
  latestAt?: string
  /** The columns of numbers that can be followed instead of the number of rows. */
  measures?: Measure[]
}) {
  const { column, period, points } = counted
  const [chosen, setChosen] = useState('')
  const [by, setBy] = useState<Figure>('median')
  const shownMeasures = measures.filter(({ name }) => points.some((point) => point.measures?.[name]))
  const measure = shownMeasures.find(({ name }) => name === chosen)
  const words = measure
    ? `${FIGURES[by]} of ${measure.heading} by ${period}, by ${title(column)}`
    : overTimeWords(title(column), counted, latestOn, latestAt)
  // By their texts: the list of measures is another one at each rendering, and a chart would be drawn again.
  const followed = measure?.name ?? ''
  const y = measure?.heading ?? 'rows'
  const unit = measure ? (measure.unit ?? '') : 'rows'
  const shown = useMemo(
    () => ({
      panel: { ...EMPTY_PANEL, name: 'over_time', x: period, y: [y], unit, question: words },
      columns: [period, y],
      rows: points.map(({ starts_on, rows, measures: figures }) => [
        starts_on,
        followed ? (figures?.[followed]?.[by] ?? null) : rows,
      ]),
      open: openOf({ period, points }, latestOn, latestAt),
    }),
    [period, points, words, latestOn, latestAt, followed, y, unit, by],
  )
  return (
    <div>
      <Group justify="space-between" align="flex-end" gap="xs">
        <Text size="sm" fw={600} component="h3" m={0}>
          {words}
        </Text>
        {shownMeasures.length > 0 ? (
          <Followed measures={shownMeasures} chosen={measure} choose={setChosen} by={by} setBy={setBy} />
        ) : null}
      </Group>
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={HEIGHT} />
      </Suspense>
    </div>
  )
}

interface Measure {
  name: string
  heading: string
  unit?: string
}

function Followed({
  measures,
  chosen,
  choose,
  by,
  setBy,
}: {
  measures: Measure[]
  chosen: Measure | undefined
  choose: (name: string) => void
  by: Figure
  setBy: (by: Figure) => void
}) {
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label="What is followed over time"
        value={chosen?.name ?? ''}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { value: '', label: 'Number of rows' },
          ...measures.map(({ name, heading: label }) => ({ value: name, label })),
        ]}
      />
      {chosen ? (
        <SegmentedControl
          size="xs"
          aria-label="Figure of each period"
          value={by}
          onChange={(value) => setBy(value as Figure)}
          data={Object.entries(FIGURES).map(([value, label]) => ({ value, label }))}
        />
      ) : null}
    </Group>
  )
}

/** Totals say something of amounts and counts, medians also of temperatures and prices: the reader chooses. */
const FIGURES = { median: 'Median', total: 'Total' } as const
type Figure = keyof typeof FIGURES

type Counted = Pick<Schemas['RowsOverTimeShown'], 'period' | 'points'>

/** The data of a day that end before this time, with fewer rows than other days, are of a part of it. */
const END_OF_DAY = '23'

function openOf({ period, points }: Counted, latestOn: string, latestAt: string): OpenPeriod | undefined {
  const last = points.at(-1)
  if (period !== 'day' || !last || points.length < 3 || !latestAt.startsWith(last.starts_on))
    return openPeriod(
      points.map(({ starts_on }) => starts_on),
      latestOn,
    )
  const isPart = last.rows < median(points.slice(0, -1).map(({ rows }) => rows))
  const isEarly = latestAt.length > 'yyyy-mm-dd'.length && latestAt.slice(11, 13) < END_OF_DAY
  return isPart && isEarly ? { place: last.starts_on, until: latestAt } : undefined
}

/** Half of the periods have a number of rows of which the largest is at most this many times the smallest. */
const MOST_SPREAD = 2

/** How many rows a period typically has, or which range; and up to when the data have the last one if not all of it. */
export function overTimeWords(column: string, counted: Counted, latestOn: string, latestAt = ''): string {
  const { period, points } = counted
  const open = openOf(counted, latestOn, latestAt)
  // The data may begin within the first period too.
  const complete = points.slice(1, open ? -1 : undefined)
  const all = complete.length > 0 ? complete : points
  const some = all.filter(({ rows }) => rows > 0)
  const each = some.length === all.length ? `a ${period}` : `in each ${period} that has any`
  const last = open
    ? `; the last ${period} has ${period === 'day' ? 'rows' : 'days'} until ${untilWords(open)} only`
    : ''
  return `${typicalWords(some, each, period)}, by ${column}${last}`
}

/** The median number of rows where half of the periods are near it, else the range and the period with most rows. */
function typicalWords(some: Counted['points'], each: string, period: string): string {
  const counts = some.map(({ rows }) => rows)
  if (quantile(counts, 0.75) <= MOST_SPREAD * quantile(counts, 0.25))
    return `About ${count(Math.round(median(counts)), 'row')} ${each}`
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const largest = some.find(({ rows }) => rows === most)?.starts_on ?? ''
  return `${whole(least)} to ${count(most, 'row')} ${each}, most in ${periodWords(period, largest)}`
}

function periodWords(period: string, starts_on: string): string {
  if (period === 'year') return starts_on.slice(0, 4)
  if (period === 'month') return month(starts_on)
  return period === 'day' ? day(starts_on) : `the ${period} from ${day(starts_on)}`
}
const median = (numbers: number[]): number => quantile(numbers, 0.5)

/** Linear between neighbours. */
function quantile(numbers: number[], share: number): number {
  const inOrder = numbers.toSorted((one, other) => one - other)
  const place = share * (inOrder.length - 1)
  const [below, above] = [inOrder[Math.floor(place)] ?? 0, inOrder[Math.ceil(place)] ?? 0]
  return below + (place % 1) * (above - below)
}
