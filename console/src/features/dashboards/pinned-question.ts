import type { Schemas } from '../../api/client'
import type { KeptQuestion } from '../query/saved-questions'
import { isShown } from '../../formats/template'

type Panel = Pick<Schemas['Panel'], 'question' | 'kind' | 'x' | 'y' | 'series'>

const CHARTS: Partial<Record<Schemas['Panel']['kind'], 'line' | 'bar'>> = {
  line: 'line',
  fan: 'line',
  bar: 'bar',
  map: 'bar',
}

/**
 * A panel as a question for a dashboard of one's own, with the statement under the filters of the page. Undefined for a
 * table with columns that only count or fill a title: a question shows all of its columns.
 */
export function questionOfPanel(
  { question, kind, x, y, series }: Panel,
  sql: string,
  columns: { name: string }[],
): KeptQuestion | undefined {
  const chart = x && y.length > 0 ? CHARTS[kind] : undefined
  if (!chart && columns.some(({ name }) => !isShown(name))) return undefined
  const shown = chart ? { kind: chart, x, y, series } : { kind: 'table' as const, x: '', y: [], series: '' }
  return { name: question, sql, ...shown, is_pinned: true }
}

/** The question under a name that none of the person's other questions has; their statements stay as they are. */
export function named(question: KeptQuestion, own: Pick<KeptQuestion, 'name' | 'sql'>[]): KeptQuestion {
  const taken = new Set(own.filter(({ sql }) => sql !== question.sql).map(({ name }) => name))
  let name = question.name
  for (let at = 2; taken.has(name); at += 1) name = `${question.name} (${at})`
  return { ...question, name }
}
