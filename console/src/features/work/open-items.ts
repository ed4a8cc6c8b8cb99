import type { Schemas } from '../../api/client'
import { quoted, nameInSql } from '../../formats/sql'
import { useCatalog } from '../catalog/queries'
import { shadowed } from '../dashboards/filters'
import { useDecisionsOf } from './queries'
import { decidedItems, endOfDecision } from './queue-state'

type Queue = Pick<Schemas['WorkQueue'], 'name' | 'table' | 'decided' | 'waits' | 'actions'>

const ITEM_IDS = '{item_ids}'

/** A queue with its decided items, and those of them whose decision ends by itself. */
type Followed = Pick<Queue, 'table' | 'decided' | 'waits'> & { ids: string[]; returning?: string[] }

/** A statement about what is open now: the rows of decided items do not wait in it; of those that come back it is null whether they wait. */
export function openSql(sql: string, queues: Followed[], tables: Schemas['CatalogTable'][]): string {
  return shadowed(sql, tables, ({ name, system, database, columns }) => {
    const queue = queues.find(({ table, decided, ids }) => table === name && decided && ids.length > 0)
    if (!queue || !system) return ''
    const { waits = '', decided = '', ids, returning = [] } = queue
    const isNone = (some: string[]) =>
      `NOT coalesce(${decided.replaceAll(ITEM_IDS, some.map(quoted).join(', '))}, false)`
    const done = ids.filter((id) => !returning.includes(id))
    const isWaiting = [
      nameInSql(waits),
      ...(done.length > 0 ? [isNone(done)] : []),
      ...(returning.length > 0 ? [`nullif(${isNone(returning)}, false)`] : []),
    ].join(' AND ')
    const shown = columns.map((column) =>
      column.name === waits ? `${isWaiting} AS ${nameInSql(waits)}` : nameInSql(column.name),
    )
    return `SELECT ${shown.join(', ')}\n  FROM ${database}.${name}${waits ? '' : ` WHERE ${isNone(ids)}`}`
  })
}

/** The statements of panels about what is open now; undefined until the page has the decisions. */
export function useOpen(
  queues: Schemas['WorkQueue'][],
): (<Panel extends { sql: string }>(panel: Panel) => Panel) | undefined {
  const following = queues.filter(({ decided }) => decided)
  const decisions = useDecisionsOf(following.map(({ name }) => name))
  const catalog = useCatalog()
  const items = following.map(({ actions }, at) =>
    decidedItems(decisions[at]?.data?.decisions ?? [], actions),
  )
  const isDecided = items.some(({ size }) => size > 0)
  if (decisions.some(({ isLoading }) => isLoading) || (isDecided && catalog.isLoading)) return undefined
  const decided = following.map((queue, at) => {
    const own = [...(items[at] ?? [])].toSorted(([one], [other]) => (one < other ? -1 : 1))
    const returning = own.filter(([, decision]) => endOfDecision(decision, queue.actions))
    return { ...queue, ids: own.map(([id]) => id), returning: returning.map(([id]) => id) }
  })
  const tables = catalog.data?.tables ?? []
  return (panel) => (isDecided ? { ...panel, sql: openSql(panel.sql, decided, tables) } : panel)
}
