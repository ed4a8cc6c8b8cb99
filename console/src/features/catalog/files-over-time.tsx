import { SegmentedControl, Stack, Text } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Empty, Waiting } from '../../components/states'
import { driftWords, fileParts } from '../../formats/words'
import { fileDays, fileTitle } from '../files/file-list'
import { EMPTY_PANEL } from '../dashboards/empty-panel'

const Chart = lazy(() => import('../dashboards/chart'))
const VIEWS = ['rows', 'quality'] as const
type View = (typeof VIEWS)[number]
const MOST_DRIFTS = 5

const PANEL = { ...EMPTY_PANEL, name: 'files', x: 'received_at' }

interface Props {
  points: Schemas['QualityPoint'][]
  /** The files that the page lists, which have the same names in the chart. */
  files?: Schemas['FileSummary'][]
}

const NO_FILES: Schemas['FileSummary'][] = []
type Titles = ReadonlyMap<string, string>

/** Rows or quality of a dataset's files over time, and what changed from file to file. */
export function FilesOverTime({ points, files = NO_FILES }: Props) {
  const [view, setView] = useState<View>('rows')
  const titles = useMemo(() => new Map(files.map((file) => [file.file_id, fileTitle(file)])), [files])
  // The page is of one dataset, whose name at each bar would leave no room for the days.
  const labels = useMemo(
    () => new Map(files.map((file) => [file.file_id, fileDays(file) || fileTitle(file)])),
    [files],
  )
  const shown = useMemo(() => drawn(points, view, labels), [points, view, labels])
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
            <Chart shown={shown} height={heightOf(shown)} />
          </Suspense>
        ) : (
          <Empty>With the next file this shows how files change.</Empty>
        )}
        {drifted
          .slice(-MOST_DRIFTS)
          .reverse()
          .map((point) => (
            <Text size="sm" key={point.file_id}>
              <Moment at={point.received_at} /> {titles.get(point.file_id) ?? fileParts(point.key)[1]}:{' '}
              {driftWords(point.drift ?? '')}
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
  return isCompared
    ? `${files}; none differs from those before`
    : `${files}; changes are looked for with ${FEWEST_BEFORE} files before a file`
}

const MOST_BARS = 20
/** A bar with a label of two lines, and the room of the axis. */
const [BAR_PX, AXIS_PX] = [32, 60]
const HEIGHT = 180

/** Whether all files arrived on one day, as those of a first import: their times say nothing of their order. */
const arrivedTogether = (points: Schemas['QualityPoint'][]): boolean =>
  points.length > 1 && new Set(points.map(({ received_at }) => received_at.slice(0, 10))).size === 1

/** Files by their names, with numbers and months in their order: `part-2` before `part-10`, `Sep` before `Okt`. */
const byName = (one: Schemas['QualityPoint'], other: Schemas['QualityPoint']): number =>
  withMonths(one.key).localeCompare(withMonths(other.key), 'en', { numeric: true })

const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt']
const LETTERS = 3

/** The months by their names in languages of Europe, in full and by their first letters, such as `okt` and `agosto`. */
const monthsByName = (): ReadonlyMap<string, number> =>
  new Map(
    LANGUAGES.flatMap((language) => {
      const format = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' })
      const names = Array.from({ length: 12 }, (_, at) => format.format(Date.UTC(2026, at)).toLowerCase())
      const first = names.map((name) => name.slice(0, LETTERS))
      // Of `juin` and `juillet` the first letters name no month.
      const short = first.map((letters, at) =>
        first.indexOf(letters) === first.lastIndexOf(letters) ? letters : names[at],
      )
      return [...names, ...short].map((name, at): [string, number] => [name ?? '', (at % 12) + 1])
    }),
  )

const MONTHS = monthsByName()

/** A name with the numbers of the months that it names, by which it is sorted. */
const withMonths = (name: string): string =>
  name.replace(/\p{L}+/gu, (word) => {
    const month = MONTHS.get(word.toLowerCase())
    return month === undefined ? word : String(month).padStart(2, '0')
  })

/** The last parts of a key, at least its name, which no other key has. */
function shortestEnding(key: string, keys: readonly string[]): string {
  const parts = key.split('/')
  const endings = parts.map((_, at) => parts.slice(-1 - at).join('/'))
  const isShared = (ending: string): boolean =>
    keys.some((other) => other !== key && (other === ending || other.endsWith(`/${ending}`)))
  return endings.find((ending) => !isShared(ending)) ?? key
}

/** A place of its own for each file: its title if no other file has it, else its name, with folders where several have that name, and its number among files of one key. */
function placesOf(points: Schemas['QualityPoint'][], titles: Titles): string[] {
  const keys = points.map(({ key }) => key)
  const shown = points.map(({ file_id }) => titles.get(file_id))
  return keys.map((key, at) => {
    const title = shown[at]
    if (title && shown.filter((other) => other === title).length === 1) return title
    const before = keys.slice(0, at).filter((earlier) => earlier === key).length
    const ending = shortestEnding(key, keys)
    return before > 0 ? `${ending} (${before + 1})` : ending
  })
}

export const heightOf = ({ panel, rows }: ReturnType<typeof drawn>): number =>
  panel.kind === 'bar' ? Math.max(HEIGHT, BAR_PX * rows.length + AXIS_PX) : HEIGHT

const NO_TITLES: Titles = new Map()

/** The files at the times of their arrival; files of one day by their names. */
export function drawn(points: Schemas['QualityPoint'][], view: View, titles: Titles = NO_TITLES) {
  const isByName = arrivedTogether(points)
  const y = view === 'rows' ? ['received', 'refused'] : ['score']
  const panel = {
    ...PANEL,
    kind: isByName && points.length <= MOST_BARS ? ('bar' as const) : ('line' as const),
    x: isByName ? 'file' : PANEL.x,
    y,
    unit: view === 'rows' ? 'rows' : 'score',
    question: `${view} of each file`,
  }
  const inOrder = isByName ? points.toSorted(byName) : points
  const places = isByName ? placesOf(inOrder, titles) : inOrder.map(({ received_at }) => received_at)
  const rows = inOrder.map((point, at) => {
    const place = places[at] ?? ''
    return view === 'rows' ? [place, point.received, point.quarantined] : [place, point.score ?? null]
  })
  return { panel, columns: [panel.x, ...y], rows }
}
