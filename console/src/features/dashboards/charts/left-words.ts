import { type Cell, count } from '../../../api/format'
import { inSeries } from '../../../formats/words'
import { groupsOf } from './bar'
import { COLOURS, seriesName, type Shown, text } from './chart-parts'
import { whyNoLog } from './log-bars'

/** More of them are counted, because nobody reads so many names below a chart. */
const MOST_NAMED = 5

const named = (names: string[]): string =>
  inSeries(
    names.length > MOST_NAMED
      ? [...names.slice(0, MOST_NAMED - 1), `${names.length - MOST_NAMED + 1} more`]
      : names,
  )

/** A value that a log scale has no place for; an empty cell is none. */
const isBelow = (value: Cell): boolean => value !== null && Number(value) <= 0

/** What a log scale does not show: the bars that cannot have one, and the points at zero or below; empty for nothing. */
export function logWords(shown: Shown): string {
  const { panel, columns, rows, labels } = shown
  if (panel.scale !== 'log') return ''
  if (panel.kind === 'bar') return whyNoLog(shown)
  if (panel.kind !== 'scatter' && (panel.kind !== 'line' || panel.form === 'area')) return ''
  const measures = panel.series || panel.kind === 'scatter' ? panel.y.slice(0, 1) : panel.y
  const below = measures.flatMap((name) =>
    rows
      .filter((row) => isBelow(row[columns.indexOf(name)] ?? null))
      .map((row) => (panel.series ? text(row[columns.indexOf(panel.series)]) : name)),
  )
  if (below.length === 0) return ''
  const of = named([...new Set(below)].map((name) => seriesName(name, panel, labels)))
  const are =
    below.length > 1 ? 'have no place on the log scale and are' : 'has no place on the log scale and is'
  return `${count(below.length, 'value')} of zero or below ${are} not drawn: ${of}.`
}

/** Which series are grey, because the larger ones have all colours; empty for none. */
export function greyWords({ panel, columns, rows, labels }: Shown): string {
  if (!panel.series || (panel.kind !== 'line' && panel.kind !== 'bar') || panel.scale === 'each') return ''
  const read = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])))
  const groups = groupsOf(panel, read)
  const grey = groups.slice(COLOURS).map((name) => seriesName(name, panel, labels))
  if (grey.length === 0) return ''
  const are = grey.length > 1 ? 'are' : 'is'
  return `The ${COLOURS} largest of ${groups.length} have a colour; grey ${are} ${named(grey)}.`
}
