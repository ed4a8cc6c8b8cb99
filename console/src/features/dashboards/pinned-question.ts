import type { Schemas } from '../../api/client'
import type { Units } from '../../formats/columns'
import { isShown } from '../../formats/template'
import { drawingOf, type KeptQuestion, partsOf } from '../query/saved-questions'

type Panel = Pick<Schemas['Panel'], 'question' | 'kind' | 'x' | 'y' | 'series'> &
  Partial<
    Pick<Schemas['Panel'], 'bounds' | 'answer' | 'nothing' | 'scale' | 'form' | 'is_stacked' | 'action'>
  >

const CHARTS: Partial<Record<Schemas['Panel']['kind'], 'line' | 'fan' | 'bar'>> = {
  line: 'line',
  fan: 'fan',
  bar: 'bar',
  map: 'bar',
}

/**
 * A panel as a question for a dashboard of one's own, with the statement under the filters of the page, which its name
 * lists, and with what it says in words. Undefined for a table with columns that only count or fill a title: a question shows all of its columns.
 */
export function questionOfPanel(
  { question, kind, x, y, series, ...parts }: Panel,
  sql: string,
  columns: { name: string }[],
  filters: string[] = [],
  units: Units = {},
): KeptQuestion | undefined {
  const chart = x && y.length > 0 ? CHARTS[kind] : undefined
  if (!chart && columns.some(({ name }) => !isShown(name))) return undefined
  const shown = chart ? { kind: chart, x, y, series } : { kind: 'table' as const, x: '', y: [], series: '' }
  const name = filters.length > 0 ? `${question} (${filters.join(', ')})` : question
  const names = new Set(columns.map((column) => column.name))
  const own = Object.fromEntries(Object.entries(units).filter(([column, unit]) => unit && names.has(column)))
  const drawing = drawingOf(shown.kind === kind ? parts : { action: parts.action })
  return {
    name: named(name),
    sql,
    ...shown,
    ...partsOf({ ...parts, units: own }),
    ...drawing,
    is_pinned: true,
  }
}

const MAX_NAME = 200

/** A name with an ending, cut to the length that the API takes. */
const named = (name: string, ending = ''): string =>
  name.length + ending.length <= MAX_NAME
    ? name + ending
    : `${name.slice(0, MAX_NAME - ending.length - 1).trimEnd()}…${ending}`

/** The question that is kept to pin another: the person's own with its statement as it is, else that one under a free name. */
export function pinnedAs(question: KeptQuestion, own: KeptQuestion[]): KeptQuestion {
  const same = own.find(({ sql }) => sql === question.sql)
  if (same) return { ...same, is_pinned: true }
  const taken = new Set(own.map(({ name }) => name))
  let { name } = question
  for (let at = 2; taken.has(name); at += 1) name = named(question.name, ` (${at})`)
  return { ...question, name }
}
