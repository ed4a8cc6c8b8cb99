import type { Schemas } from '../../api/client'
import type { Cell } from '../../api/format'
import type { Units } from '../../formats/columns'
import { heading } from '../../formats/words'
import { soleKey } from '../catalog/belonging'
import { asksAboutPeople } from '../catalog/personal-columns'
import { useCatalog } from '../catalog/queries'
import { useRuns } from '../lake/queries'
import { beganOfTables } from '../lake/run-facts'
import { decidedItems, LEAVES_AS_IT_IS, type QueueItem, queueItems, reasonOf, REOPEN } from './queue-state'

type Table = Parameters<typeof soleKey>[0] & Pick<Schemas['CatalogTable'], 'name' | 'system'>

/** A thing by the key of its table, as a person names it: “Transaction 7”; its id where the table has no single key. */
export function nameOfItem(tables: Table[], table: string, id: string): { name: string; key: string } {
  const listed = tables.find(({ name, system }) => name === table && system !== '')
  const key = (listed && soleKey(listed)?.name) ?? ''
  return { name: key ? `${heading(key)} ${id}` : id, key }
}

interface Answer {
  columns: { name: string }[]
  rows: Cell[][]
}

interface Asked {
  queue: Pick<Schemas['WorkQueue'], 'table' | 'actions'>
  answer: Answer
  decisions: Schemas['Decision'][]
  tables: Table[]
  /** When the run of the answer began; empty where that is not known. */
  began: string
}

/**
 * Decided items that a run left out of the queue's statement, the newest decision first, so that a decision can be
 * changed after the run that followed it. One that was opened again since the run stays until the next run.
 */
export function leftItems({ queue, answer, decisions, tables, began }: Asked): QueueItem[] {
  const place = answer.columns.findIndex(({ name }) => name === 'item_id')
  const seen = new Set(answer.rows.map((row) => String(row[place])))
  const decided = decidedItems(decisions, queue.actions)
  const rows: Cell[][] = []
  let key = ''
  for (const { item_id: id, action, decided_at, value } of decisions) {
    if (LEAVES_AS_IT_IS.has(action) || seen.has(id)) continue
    seen.add(id)
    const isReopened = action === REOPEN && began !== '' && decided_at > began
    if (!decided.has(id) && !isReopened) continue
    const item = nameOfItem(tables, queue.table, id)
    key = item.key
    const words = item.key ? item.name.charAt(0).toLowerCase() + item.name.slice(1) : id
    const why = isReopened
      ? `opened again: the next run lists ${words} if it still waits`
      : `the newest run does not list ${words}`
    const shown = decisions.find((decision) => decision.item_id === id && decision.shown)?.shown
    const reason = shown ? `${shown}; ${why}` : why
    rows.push([id, item.name, reason, value === '' ? null : Number(value), id])
  }
  const columns = ['item_id', 'subject', 'reason', 'value', key || 'title_id'].map((name) => ({ name }))
  return queueItems({ columns, rows }, decisions, queue.actions).map((item) => ({ ...item, isLeft: true }))
}

/** The same of an answer that a page has; none until it has the answer and the decisions. */
export function useLeftItems(
  queue: Asked['queue'],
  answer: Answer | undefined,
  decisions: Schemas['Decision'][] | undefined,
): QueueItem[] {
  const tables = useCatalog().data?.tables ?? []
  const began = beganOfTables(useRuns().data?.runs ?? [])
  return answer && decisions ? leftItems({ queue, answer, decisions, tables, began }) : []
}

const MAX_SHOWN = 1000

/** What the list says of an item, for its decision; empty of statements about people, whose words stay where these are removed. */
export function useShownWords(sql: string, units: Units): (item: QueueItem) => string {
  const tables = useCatalog().data?.tables
  const isKept = sql !== '' && tables !== undefined && !asksAboutPeople(tables, sql)
  return (item) => (isKept && !item.isLeft ? reasonOf(item, units).slice(0, MAX_SHOWN) : '')
}
