import { Group, NativeSelect, SegmentedControl, Text } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { Waiting } from '../../components/states'
import { day, month } from '../../formats/moments'
import type { TitleOf } from '../../formats/words'
import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { type BegunPeriod, fromWords, type OpenPeriod, openPeriod, untilWords } from '../query/open-period'
import { largestNumber, smallestNumber } from '../../formats/extremes'

const Chart = lazy(() => import('../dashboards/chart'))
const HEIGHT = 220

/** The rows of a dataset or a column's values by the time of their events; a first or last period of which the data have a part only is dashed. */
export function RowsOverTime({
  counted,
  title,
  latestOn,
  latestAt = '',
  firstAt = '',
  measures = [],
  laterRows = 0,
  rows = 0,
}: {
  counted: Schemas['RowsOverTimeShown']
  title: TitleOf
  /** The last day of the dataset's events; empty if it is not known. */
  latestOn: string
  /** The last moment of the column; empty if it is not known. */
  latestAt?: string
  /** The first moment of the column; empty if it is not known. */
  firstAt?: string
  /** The columns of numbers that can be followed instead of the number of rows. */
  measures?: Measure[]
  /** How many of the rows are of later days, which are not drawn. */
  laterRows?: number
  rows?: number
}) {
  const { column, period, points } = counted
  const [chosen, setChosen] = useState('')
  const [figure, setFigure] = useState<Figure>('median')
  const shownMeasures = measures.filter(({ name }) => points.some((point) => point.measures?.[name]))
  const measure = shownMeasures.find(({ name }) => name === chosen)
  const by = measure && !hasTotal(measure) ? 'median' : figure
  const words = measure
    ? `${FIGURES[by]} of ${measure.heading} by ${period}, by ${title(column)}${zoneWords(period, { latestAt, firstAt })}`
    : overTimeWords(title(column), counted, { latestOn, latestAt, firstAt })
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
      open: openOf({ period, points }, { latestOn, latestAt }),
      begun: begunOf({ period, points }, firstAt),
    }),
    [period, points, words, latestOn, latestAt, firstAt, followed, y, unit, by],
  )
  return (
    <div>
      <Group justify="space-between" align="flex-end" gap="xs">
        <Text size="sm" fw={600} component="h3" m={0}>
          {words}
        </Text>
        {shownMeasures.length > 0 ? (
          <Followed measures={shownMeasures} chosen={measure} choose={setChosen} by={by} setBy={setFigure} />
        ) : null}
      </Group>
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={HEIGHT} />
      </Suspense>
      {laterRows > 0 ? (
        <Text size="xs" className="muted">
          {laterWords(laterRows, rows, latestOn)}
        </Text>
      ) : null}
    </div>
  )
}

/** How many rows are of days after the last one that is drawn. */
export const laterWords = (later: number, rows: number, latestOn: string): string =>
  `${whole(later)} of ${count(rows, 'row')} ${later === 1 ? 'is' : 'are'} of days after ${day(latestOn)} and not drawn.`

/** Units of states, speeds and positions: their sum says nothing. */
const NOT_ADDED =
  /^(?:°?[CF]|K|Pa|hPa|kPa|MPa|GPa|bar|mbar|psi|V|mV|kV|A|mA|Hz|kHz|MHz|GHz|dB|pH|ppm|ppb|lx|rpm|°|degrees?|k?W|MW|share|probability|percent|%|score|rank|years?|year of age)$|\/|\bper\b/
/** Names of rates, states and figures that are means or shares of others. */
const NAMED_RATE =
  /(^|_)(?:rate|ratio|share|percent|pct|probability|score|rank|rating|level|index|price|cost_per|per|avg|average|mean|median|min|max|temperature|temp|pressure|humidity|density|speed|velocity|voltage|strength|age|latitude|longitude|lat|lon|lng|ph|year|month|week|day|hour)(_|$)/i

/** Whether the values of a period can be added: not those of a state, such as a temperature, nor of a rate. */
export const hasTotal = ({ name, unit = '' }: Pick<Measure, 'name' | 'unit'>): boolean =>
  !NOT_ADDED.test(unit) && !NAMED_RATE.test(name)

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
      {chosen && hasTotal(chosen) ? (
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

/** Medians say something of every measure; totals only of what can be added, and then the reader chooses. */
const FIGURES = { median: 'Median', total: 'Total' } as const
type Figure = keyof typeof FIGURES

type Counted = Pick<Schemas['RowsOverTimeShown'], 'period' | 'points'>

/** The data of a day that end before this time, with fewer rows than other days, are of a part of it. */
const END_OF_DAY = '23'

/** The ends of the data: the last day, and the last and the first moment; empty if they are not known. */
interface Ends {
  latestOn: string
  latestAt?: string
  firstAt?: string
}

/** The first period, where the data begin within it and it has fewer rows than others have. */
function begunOf({ period, points }: Counted, firstAt: string): BegunPeriod | undefined {
  const [first, ...others] = points
  if (!first || others.length < 2 || first.rows >= median(others.map(({ rows }) => rows))) return undefined
  const isLate =
    period === 'day'
      ? firstAt.startsWith(first.starts_on) && firstAt.slice(11, 13) > BEGIN_OF_DAY
      : firstAt.slice(0, DAY_LENGTH) > first.starts_on
  const from = period === 'day' ? firstAt : firstAt.slice(0, DAY_LENGTH)
  return isLate ? { place: first.starts_on, from } : undefined
}

const DAY_LENGTH = 'yyyy-mm-dd'.length
/** The data of a day that begin after its first hour, with fewer rows than other days, are of a part of it. */
const BEGIN_OF_DAY = '00'

function openOf({ period, points }: Counted, { latestOn, latestAt = '' }: Ends): OpenPeriod | undefined {
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
export function overTimeWords(column: string, counted: Counted, ends: Ends): string {
  const { period, points } = counted
  const open = openOf(counted, ends)
  const begun = begunOf(counted, ends.firstAt ?? '')
  // The data may begin within the first period too.
  const complete = points.slice(1, open ? -1 : undefined)
  const all = complete.length > 0 ? complete : points
  const some = all.filter(({ rows }) => rows > 0)
  const each = some.length === all.length ? `a ${period}` : `in each ${period} that has any`
  const of = period === 'day' ? 'rows' : 'days'
  const parts = [
    begun ? `the first ${period} has ${of} from ${fromWords(begun)} only` : '',
    open ? `the last ${period} has ${of} until ${untilWords(open)} only` : '',
  ].filter(Boolean)
  return [`${typicalWords(some, each, period)}, by ${column}${zoneWords(period, ends)}`, ...parts].join('; ')
}

/** In which zone the periods begin, as SQL counts them: a moment has them in UTC, a day has no zone. */
const zoneWords = (period: string, { latestAt = '', firstAt = '' }: Partial<Ends>): string =>
  Math.max(latestAt.length, firstAt.length) > DAY_LENGTH ? `, ${period}s in UTC` : ''

/** The median number of rows where half of the periods are near it, else the range and the period with most rows. */
function typicalWords(some: Counted['points'], each: string, period: string): string {
  const counts = some.map(({ rows }) => rows)
  if (quantile(counts, 0.75) <= MOST_SPREAD * quantile(counts, 0.25))
    return `About ${count(Math.round(median(counts)), 'row')} ${each} (median)`
  const [least, most] = [smallestNumber(counts), largestNumber(counts)]
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
