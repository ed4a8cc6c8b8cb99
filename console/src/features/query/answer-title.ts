import { headingsOf, type Labels, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { heading } from '../../formats/words'
import { type Choice, drawable } from './chart-choice'
import { tablesOf } from './file-name-of'
import type { Result } from './results'

type Shown = Pick<Result, 'columns' | 'rows'> & { query: { sql: string } }

interface Asked {
  /** The saved question with the statement; empty for a statement of one's own. */
  question: string
  /** The statement as it was typed. */
  sql: string
  choice: Choice | undefined
  isChart: boolean
}

/** As many columns name an answer; of more the first ones do. */
const [FEW_COLUMNS, FIRST_COLUMNS] = [4, 3]

/** The title of a chart: what it shows, and by what. */
export function chartTitle({ x, y, series }: Choice, headings: Labels): string {
  const wordOf = (name: string): string => headings[name] ?? name
  const by = [x, ...(series ? [series] : [])].map(wordOf).join(' and ')
  return `${y.map(wordOf).join(', ')} by ${by}`
}

/** The title of an answer: its question, else that of the chart, also of one that is not drawn but sums up, else its columns and tables. Files and mails have it, so that two statements of the same tables differ. */
export function answerTitle(
  shown: Shown,
  headings: Labels,
  { question, sql, choice, isChart }: Asked,
): string {
  if (question) return question
  const chart = isChart || /\bgroup\s+by\b/i.test(sql) ? drawable(shown, choice) : undefined
  if (chart) return chartTitle(chart, headings)
  const tables = tablesOf(sql).map((table) => heading(table))
  const hasAll = /\bselect\s+(\w+\.)?\*/i.test(sql)
  const columns = hasAll ? '' : listed(shown.columns.map(({ name }) => headings[name] ?? name))
  const of = [columns, tables.join(', ')].filter(Boolean).join(' of ')
  return of ? `${of}${hasAll ? conditionOf(sql) : ''}` : 'Answer'
}

const MOST_OF_CONDITION = 60
const CONDITION = /\bwhere\s+([\s\S]+?)\s*(?:;|$|\b(?:group|order)\s+by\b|\blimit\b)/i

/** The condition of a statement of all columns, which is all that it differs by from others of its tables. */
function conditionOf(sql: string): string {
  const text = (CONDITION.exec(sql)?.[1] ?? '').replace(/\s+/g, ' ')
  return text && text.length <= MOST_OF_CONDITION ? ` where ${text}` : ''
}

const listed = (names: string[]): string =>
  names.length <= FEW_COLUMNS
    ? names.join(', ')
    : `${names.slice(0, FIRST_COLUMNS).join(', ')} and ${names.length - FIRST_COLUMNS} more`

const NOTHING: Shown = { columns: [], rows: [], query: { sql: '' } }

/** The title of an answer in the words of the lake; of nothing while no answer is shown. */
export function useAnswerTitle(shown: Shown = NOTHING, asked: Asked): string {
  const units = useAnswerUnits('', shown.columns)
  const labels = useAnswerLabels('', shown.columns)
  return answerTitle(shown, headingsOf(shown.columns, labels, units), asked)
}
