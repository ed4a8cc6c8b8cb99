import { keptList } from '../../api/kept-list'
import type { Choice } from './chart-choice'
import type { KeptQuestion } from './saved-questions'

/** Where the console kept questions before they were kept in the lake. */
const KEY = 'headgate.questions'

interface BrowserQuestion {
  name: string
  sql: string
  view: 'table' | 'chart'
  choice?: Choice
  isPinned?: boolean
}

/** The questions that lie in this browser only; what is none of them is left out. */
export const browserQuestions = (): KeptQuestion[] =>
  keptList(() => window.localStorage, KEY, isQuestion).map(asKept)

export const clearBrowserQuestions = (storage: Pick<Storage, 'removeItem'> = window.localStorage): void =>
  storage.removeItem(KEY)

/** A chart of the answer's own choice is a line where the lake has to name a kind. */
const asKept = ({ name, sql, view, choice, isPinned }: BrowserQuestion): KeptQuestion => ({
  name,
  sql,
  kind: view === 'chart' ? 'line' : 'table',
  x: choice?.x ?? '',
  y: choice?.y ?? [],
  series: choice?.series ?? '',
  is_pinned: isPinned === true,
})

function isQuestion(value: unknown): value is BrowserQuestion {
  const { name, sql, view } = (value ?? {}) as Partial<BrowserQuestion>
  return typeof name === 'string' && typeof sql === 'string' && (view === 'table' || view === 'chart')
}
