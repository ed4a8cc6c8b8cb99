import type { Schemas } from '../../api/client'
import { type Cell, exactAmount } from '../../api/format'
import type { Units } from '../../formats/columns'
import { instant } from '../../formats/moments'
import { answerRows, COUNT, filled, isShown, rowCount } from '../../formats/template'

/** An item of a queue with what was decided about it. */
export interface QueueItem {
  id: string
  subject: string
  /** In words, with the cells that the statement names in braces still to be filled. */
  reason: string
  /** The reason in a few words, for a narrow page; empty where the queue has none. */
  brief: string
  value: number | null
  /** Whether the queue lists it among the last ones, which may wait. */
  mayWait: boolean
  /** The action that the lake proposes; undefined where the queue proposes none. */
  proposed: string | undefined
  /** All cells of its row, for those who look closer. */
  details: { name: string; value: Cell }[]
  /** The action that closed it; empty while it is open. */
  closedBy: string
  /** When the newest action that closed it ends, or ended; undefined where it does not end. */
  returnsAt?: Date
  assignee: string
  history: Schemas['Decision'][]
  /** Whether the newest run left it out because of a decision: it is none of the open items, also opened again. */
  isLeft?: boolean
  /** Where a person looks into it, if not in its details. */
  way?: { href: string; words: string; label: string }
}

export const ASSIGN = 'assign'
export const UNASSIGN = 'unassign'
export const REOPEN = 'reopen'
/** Actions that leave an item as it is. */
export const LEAVES_AS_IT_IS = new Set([ASSIGN, UNASSIGN, 'note'])
type Actions = Pick<Schemas['QueueAction'], 'name' | 'returns_after_days'>[]
const DAY_MS = 86_400_000
const MAY_WAIT = 'title_may_wait'
const SHOWN = ['item_id', 'subject', 'reason', 'brief', 'value', COUNT]

/** What the value of an item is, with the cells that the label names, such as the period that it is of. */
export const valueLabel = (
  { value_label }: { value_label?: string },
  answer: { columns: { name: string }[]; rows: Cell[][] },
): string => (value_label && filled(value_label, answerRows(answer), {})) || 'at stake'

/** The order of the items in words, with the cells that it names, such as a setting; empty where it names a missing one. */
export const orderWords = (
  { order, units }: { order?: string; units?: Units },
  answer: { columns: { name: string }[]; rows: Cell[][] },
): string => (order && filled(order, answerRows(answer), units ?? {})) || ''

/**
 * The items of a queue's answer, each with its decisions. The newest action that opens or closes it counts, until the
 * days of this action are over.
 */
export function queueItems(
  answer: { columns: { name: string }[]; rows: Cell[][] },
  decisions: Schemas['Decision'][],
  actions: Actions = [],
  now = new Date(),
): QueueItem[] {
  const decided = decidedItems(decisions, actions, now)
  const names = answer.columns.map((column) => column.name)
  const byItem = new Map<string, Schemas['Decision'][]>()
  for (const decision of decisions)
    byItem.set(decision.item_id, [...(byItem.get(decision.item_id) ?? []), decision])
  return answer.rows.map((row) => {
    const cell = (name: string): Cell => row[names.indexOf(name)] ?? null
    const id = String(cell('item_id'))
    const history = byItem.get(id) ?? []
    const newest = history.find((decision) => !LEAVES_AS_IT_IS.has(decision.action))
    const returnsAt = newest && endOfDecision(newest, actions)
    return {
      id,
      subject: String(cell('subject') ?? id),
      reason: String(cell('reason') ?? ''),
      brief: String(cell('brief') ?? ''),
      value: cell('value') === null ? null : Number(cell('value')),
      mayWait: cell(MAY_WAIT) === true,
      proposed: names.includes('proposed') ? String(cell('proposed') ?? '') : undefined,
      details: names
        .map((name, at) => ({ name, value: row[at] ?? null }))
        .filter(({ name }) => isShown(name) && !SHOWN.includes(name)),
      closedBy: decided.get(id)?.action ?? '',
      ...(returnsAt ? { returnsAt } : {}),
      assignee:
        history.find((decision) => decision.action === ASSIGN || decision.action === UNASSIGN)?.assignee ??
        '',
      history,
    }
  })
}

/** When a decision ends and its item is open again; undefined where it does not end. */
export function endOfDecision(
  { action, decided_at }: Schemas['Decision'],
  actions: Actions,
): Date | undefined {
  const days = actions.find(({ name }) => name === action)?.returns_after_days ?? 0
  return days > 0 ? new Date(instant(decided_at).getTime() + days * DAY_MS) : undefined
}

/** The items that are closed now, each with the decision that closed it. */
export function decidedItems(
  decisions: Schemas['Decision'][],
  actions: Actions,
  now = new Date(),
): ReadonlyMap<string, Schemas['Decision']> {
  const newest = new Map<string, Schemas['Decision']>()
  for (const decision of decisions)
    if (!LEAVES_AS_IT_IS.has(decision.action) && !newest.has(decision.item_id))
      newest.set(decision.item_id, decision)
  const isClosed = (decision: Schemas['Decision']): boolean => {
    const end = endOfDecision(decision, actions)
    return decision.action !== REOPEN && !(end && end <= now)
  }
  return new Map([...newest].filter(([, decision]) => isClosed(decision)))
}

/** A decision about an item, as the API takes it, with what the list said of it. */
export const decisionOf = (
  queue: string,
  { id, value }: Pick<QueueItem, 'id' | 'value'>,
  action: string,
  shown = '',
): Schemas['DecisionAsked'] => ({
  queue,
  item_id: id,
  action,
  note: '',
  assignee: '',
  value: value === null ? '' : value.toFixed(2),
  shown,
})

/** The newest decision that still stands: one that was taken back does not. */
export function newestOf(decisions: Schemas['Decision'][]): Schemas['Decision'] | undefined {
  const seen = new Set<string>()
  for (const decision of decisions) {
    if (LEAVES_AS_IT_IS.has(decision.action) || seen.has(decision.item_id)) continue
    if (decision.action !== REOPEN) return decision
    seen.add(decision.item_id)
  }
  return undefined
}

export type Shown = 'open' | 'mine' | 'done'

type Item = Pick<QueueItem, 'closedBy' | 'isLeft'>
const isOpen = ({ closedBy, isLeft = false }: Item): boolean => !closedBy && !isLeft
/** Whether it was opened again after the newest run had left it out: the next run lists it. */
const isReopened = ({ closedBy, isLeft = false }: Item): boolean => !closedBy && isLeft
const isDone = ({ closedBy }: Item): boolean => Boolean(closedBy)

/** The part of the items that a view of the queue lists; `mine` are those assigned to the person, the open ones first. */
export function shownOf(items: QueueItem[], shown: Shown, person: string): QueueItem[] {
  const open = [...items.filter(isOpen), ...items.filter(isReopened)]
  const done = items.filter(isDone)
  if (shown === 'mine') return [...open, ...done].filter((item) => person && item.assignee === person)
  return shown === 'done' ? done : open
}

/** The view that an address of a queue names. */
export const shownBy = (search: URLSearchParams): Shown => {
  const named = search.get('show')
  return named === 'done' || named === 'mine' ? named : 'open'
}

/** The same with an item that a link opens, first where the view does not list it. */
export function withOpened(listed: QueueItem[], items: QueueItem[], opened: string): QueueItem[] {
  const item = items.find(({ id }) => id === opened)
  return item && !listed.includes(item) ? [item, ...listed] : listed
}

/** The reason with the cells that it names; it is about one thing, so an amount of it has all of its digits. */
export const reasonOf = (item: QueueItem, units: Units): string => withCells(item.reason, item, units)

/** The reason in a few words; the whole one where the queue has none. */
export const briefOf = (item: QueueItem, units: Units): string =>
  withCells(item.brief || item.reason, item, units)

function withCells(text: string, { details }: QueueItem, units: Units): string {
  const words = details.map(({ name, value }) => exactAmount(value, units[name] ?? '') || value)
  const cells = { columns: details.map(({ name }) => name), rows: [words] }
  return filled(text, cells, units) ?? text
}

/** How many items the statement counts but does not list. */
export const unlistedOf = (answer: { columns: { name: string }[]; rows: Cell[][] }): number =>
  rowCount(answerRows(answer)) - answer.rows.length

/** How many items were decided, or opened again, after the newest run began, which therefore has not learnt of them. */
export const untaughtOf = (
  items: Pick<QueueItem, 'closedBy' | 'history' | 'isLeft'>[],
  began: string,
): number =>
  items.filter((item) => {
    const decision = isReopened(item) ? REOPEN : item.closedBy
    return item.history.some(({ action, decided_at }) => action === decision && decided_at > began)
  }).length

/** How many items were opened again after the run began whose answer does not list them: the next one does. */
export function reopenedOf(
  answer: { columns: { name: string }[]; rows: Cell[][] },
  decisions: Schemas['Decision'][],
  began: string,
): number {
  const place = answer.columns.findIndex(({ name }) => name === 'item_id')
  const seen = new Set(answer.rows.map((row) => String(row[place])))
  return decisions.filter(({ item_id, action, decided_at }) => {
    if (LEAVES_AS_IT_IS.has(action) || seen.has(item_id)) return false
    seen.add(item_id)
    return action === REOPEN && decided_at > began
  }).length
}

export interface Enough {
  /** How many items come before those that may wait. */
  items: number
  value: number
  all: number
}

/** The items before those that may wait; undefined where all of them or none may. */
export function enoughOf(items: Pick<QueueItem, 'value' | 'mayWait'>[]): Enough | undefined {
  const first = items.filter(({ mayWait }) => !mayWait)
  if (first.length === 0 || first.length === items.length) return undefined
  return { items: first.length, value: sumOf(first), all: sumOf(items) }
}

const sumOf = (items: Pick<QueueItem, 'value'>[]): number =>
  items.reduce((sum, { value }) => sum + (value ?? 0), 0)

export interface QueueCounts {
  open: number
  done: number
  /** Those that were opened again and wait for the next run. */
  reopened: number
  /** The value of all open items. */
  atStake: number
  /** How many of the open items each action is proposed for, the commonest first. */
  proposed: [action: string, items: number][]
}

export function countsOf(items: QueueItem[]): QueueCounts {
  const open = items.filter(isOpen)
  return {
    open: open.length,
    done: items.filter(isDone).length,
    reopened: items.filter(isReopened).length,
    atStake: sumOf(open),
    proposed: proposalsOf(open),
  }
}

export interface AllCounts extends QueueCounts {
  /** The items that the statement counts but does not list, which come after the listed ones. */
  unlisted: number
  /** The listed open items that may not wait, and their value. */
  first: number
  firstValue: number
  /** The open items that may wait, with those that are not listed where a listed one may. */
  mayWait: number
}

/** The counts of a queue, whose open items include those that its statement counts but does not list. */
export function queueCounts(
  { actions }: Pick<Schemas['WorkQueue'], 'actions'>,
  answer: { columns: { name: string }[]; rows: Cell[][] },
  decisions: Schemas['Decision'][],
): AllCounts {
  const items = queueItems(answer, decisions, actions)
  const counts = countsOf(items)
  const unlisted = unlistedOf(answer)
  const first = items.filter((item) => isOpen(item) && !item.mayWait)
  const waiting = counts.open - first.length + (items.some(({ mayWait }) => mayWait) ? unlisted : 0)
  return {
    ...counts,
    open: counts.open + unlisted,
    unlisted,
    first: first.length,
    firstValue: sumOf(first),
    mayWait: waiting,
  }
}

function proposalsOf(open: QueueItem[]): [string, number][] {
  const items = new Map<string, number>()
  for (const { proposed } of open) if (proposed) items.set(proposed, (items.get(proposed) ?? 0) + 1)
  return [...items].sort(([, few], [, many]) => many - few)
}
