import { useLocalStorage } from '@mantine/hooks'

import type { Choice } from './chart-choice'

/** A question that a person keeps in this browser; a link carries it to others. */
export interface KeptQuestion {
  name: string
  sql: string
  view: 'table' | 'chart'
  choice?: Choice | undefined
  /** Whether its answer is on the person's own dashboard. */
  isPinned: boolean
}

const KEY = 'headgate.questions'

/** The questions with this one, which replaces the one of its name. */
export const withQuestion = (questions: KeptQuestion[], question: KeptQuestion): KeptQuestion[] =>
  [...questions.filter(({ name }) => name !== question.name), question].sort((one, other) =>
    one.name < other.name ? -1 : 1,
  )

/** The questions that a browser keeps; what is none of them is left out. */
export function readQuestions(text: string | undefined): KeptQuestion[] {
  try {
    const stored = JSON.parse(text ?? '[]') as unknown
    return Array.isArray(stored) ? stored.filter(isQuestion) : []
  } catch {
    return []
  }
}

function isQuestion(value: unknown): value is KeptQuestion {
  const { name, sql, view } = (value ?? {}) as Partial<KeptQuestion>
  return typeof name === 'string' && typeof sql === 'string' && (view === 'table' || view === 'chart')
}

/** The address of the page Query with a question: its statement, view and columns of the chart. */
export function questionAddress({ sql, view, choice }: Omit<KeptQuestion, 'name' | 'isPinned'>): string {
  const text = new URLSearchParams({ sql, view })
  if (choice) {
    text.set('x', choice.x)
    for (const column of choice.y) text.append('y', column)
    if (choice.series) text.set('series', choice.series)
  }
  return `/query?${text}`
}

/** The columns of the chart that an address names; undefined where it names none. */
export function choiceOf(search: URLSearchParams): Choice | undefined {
  const x = search.get('x')
  const y = search.getAll('y')
  return x && y.length > 0 ? { x, y, series: search.get('series') ?? '' } : undefined
}

/** The questions of this browser, and how they change. */
export function useKeptQuestions() {
  const [questions, setQuestions] = useLocalStorage<KeptQuestion[]>({
    key: KEY,
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: readQuestions,
  })
  return {
    questions,
    keep: (question: KeptQuestion) => setQuestions((before) => withQuestion(before, question)),
    forget: (name: string) => setQuestions((before) => before.filter((each) => each.name !== name)),
  }
}
