import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { type DraftColumn, type Property, unitOf } from './draft-columns'
import { DURATIONS } from './formats'

/** A question of a draft, or of a date column that is mapped, which has no words. */
type Question = Pick<Schemas['DraftQuestion'], 'column'> &
  Partial<Pick<Schemas['DraftQuestion'], 'words' | 'rows' | 'values'>> & { answers: Answer[] }

/** A possible answer; who maps a date column counts no rows. */
type Answer = Omit<Schemas['DraftAnswer'], 'waiting'> & Partial<Pick<Schemas['DraftAnswer'], 'waiting'>>

export const KEEP_AS_TEXT = 'text'

/** Columns of one question, such as whether the day or the month of their dates comes first. */
export interface AskedTogether {
  columns: string[]
  answers: { value: string; label: string }[]
  /** What a person has to know before the choice. */
  note: string
}

const SAMPLES: Readonly<Record<string, string>> = { d: '31', M: '12', y: '2026' }

const ORDERS: Readonly<Record<string, string>> = { d: 'day', M: 'month', y: 'year' }

/** The date of the first of several patterns, as in `31/12/2026`; empty for an example of a number. */
const dateOf = (patterns: string): string =>
  /^[dMy]/.test(patterns)
    ? (patterns.split(/[ |T]/)[0] ?? '').replace(/d+|M+|y+/g, (sign) =>
        sign === 'yy' ? '26' : (SAMPLES[sign.charAt(0)] ?? sign),
      )
    : ''

/** Equal for the answers of columns with one order of day and month. */
export const orderOf = (answer: string): string => (dateOf(answer) ? answer.charAt(0) : answer)

/**
 * An answer in words.
 *
 * @example answerWords('dd/MM/yyyy H:mm') // 'day first, as in 31/12/2026'
 */
export function answerWords(answer: string): string {
  const date = dateOf(answer)
  const duration = DURATIONS[answer]
  if (duration) return `durations, written as ${duration}`
  return date ? `${ORDERS[answer.charAt(0)] ?? ''} first, as in ${date}` : `written as ${answer}`
}

/** The questions of a draft: columns with the same possible orders or spellings are asked about once. */
export function askedTogether(questions: Question[]): AskedTogether[] {
  const groups = new Map<string, AskedTogether>()
  for (const question of questions) {
    const { column, answers, words = [] } = question
    if (answers.length === 1) {
      groups.set(`numbers ${column}`, aboutNumbers(question))
      continue
    }
    if (words.length > 0) {
      groups.set(`words ${column}`, aboutWords(question))
      continue
    }
    const orders = answers.map(({ answer }) => orderOf(answer))
    const before = groups.get(orders.join())
    if (before) before.columns.push(column)
    else
      groups.set(orders.join(), {
        columns: [column],
        answers: answers.map(({ answer }) => ({ value: orderOf(answer), label: answerWords(answer) })),
        note: 'The values fit each of these.',
      })
  }
  return [...groups.values()]
}

const KINDS: Readonly<Record<string, string>> = { date: 'dates', timestamp: 'dates with a time' }

const EMPTY = 'empty'
const ZERO = 'zero'
const WAIT = 'wait'

/** Whether a question is which of several formats columns have, and not what a word of one column means. */
export const isAboutFormats = ({ answers }: AskedTogether): boolean =>
  answers.length > 1 && !answers.some(({ value }) => value === EMPTY)

/** Whether a column is always filled after an answer: not one whose words are taken as empty, until that is taken back. */
function isRequiredAfter(
  column: DraftColumn,
  drafted: DraftColumn | undefined,
  { answers }: Question,
  chosen: string,
): boolean {
  if (chosen === EMPTY) return false
  const empty = answers.find(({ answer }) => answer === EMPTY)
  const wasEmpty = empty && JSON.stringify(column.answered) === JSON.stringify(empty.property)
  return wasEmpty ? (drafted?.required ?? column.required) : column.required
}

/** Numbers of which some have a decimal point and some a decimal comma: each is read by itself. */
function aboutNumbers({ column, answers, values = 0 }: Question): AskedTogether {
  const waiting = answers[0]?.waiting ?? 0
  const rows = waiting === 0 ? 'no row waits' : `${count(waiting, 'row')} ${waiting === 1 ? 'waits' : 'wait'}`
  return {
    columns: [column],
    answers: answers.map(({ answer }) => ({
      value: answer,
      label: `as numbers, each by itself: ${answer.replace('|', ' or ')} (${rows})`,
    })),
    note: `${whole(values - waiting)} of ${count(values, 'value')} are numbers, some with a decimal point and some with a decimal comma. As text, they have no sum.`,
  }
}

/** A few words among numbers or dates: they mean that there is no value or 0, or their rows wait. */
function aboutWords({ column, words = [], rows = 0, answers }: Question): AskedTogether {
  const quoted = words.map((word) => `“${word}”`).join(', ')
  const isOne = rows === 1
  const dates = KINDS[String(answers[0]?.property['logicalType'])]
  return {
    columns: [column],
    answers: [
      { value: EMPTY, label: `take ${quoted} as empty` },
      ...(dates ? [] : [{ value: ZERO, label: `take ${quoted} as 0` }]),
      { value: WAIT, label: `let ${isOne ? 'its row' : `its ${whole(rows)} rows`} wait for a person` },
    ],
    note: `${count(rows, 'row')} ${isOne ? 'has' : 'have'} ${quoted}; all other values are ${dates ?? 'numbers'}.`,
  }
}

/** The columns of a draft with the chosen answer; `KEEP_AS_TEXT` takes an earlier answer back. */
export function withAnswer(
  columns: DraftColumn[],
  drafted: DraftColumn[],
  questions: Question[],
  { columns: names }: AskedTogether,
  chosen: string,
): DraftColumn[] {
  return columns.map((column, at) => {
    const question = questions.find((one) => one.column === drafted[at]?.name)
    if (!question || !names.includes(question.column)) return column
    const plain = { ...column, required: isRequiredAfter(column, drafted[at], question, chosen) }
    delete plain.answered
    delete plain.zeros
    const isZero = chosen === ZERO
    const answer = question.answers.find((one) => orderOf(one.answer) === (isZero ? WAIT : chosen))
    if (!answer) return { ...plain, type: drafted[at]?.type ?? column.type }
    const answered = answer.property as unknown as Property
    const zeros = isZero ? { zeros: question.words ?? [] } : {}
    const unit = column.unit || unitOf(answered)
    return { ...plain, ...zeros, type: answered.physicalType ?? column.type, unit, answered }
  })
}
