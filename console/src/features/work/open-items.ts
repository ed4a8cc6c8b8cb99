import type { Schemas } from '../../api/client'
import { quoted, nameInSql } from '../../formats/sql'
import { useCatalog } from '../catalog/queries'
import { shadowed } from '../dashboards/filters'
import { useDecisionsOf } from './queries'
import { decidedItems } from './queue-state'

type Queue = Pick<Schemas['WorkQueue'], 'name' | 'table' | 'decided' | 'waits' | 'actions'>

const ITEM_IDS = '{item_ids}'

/** A statement about what is open now: the rows of decided items do not wait in it. */
export function openSql(
  sql: string,
  queues: (Pick<Queue, 'table' | 'decided' | 'waits'> & { ids: string[] })[],
  tables: Schemas['CatalogTable'][],
): string {
  return shadowed(sql, tables, ({ name, system, database, columns }) => {
    const queue = queues.find(({ table, decided, ids }) => table === name && decided && ids.length > 0)
    if (!queue || !system) return ''
    const { waits = '', decided = '', ids } = queue
    const isDecided = `coalesce(${decided.replaceAll(ITEM_IDS, ids.map(quoted).join(', '))}, false)`
    const shown = columns.map((column) =>
      column.name === waits
        ? `${nameInSql(waits)} AND NOT ${isDecided} AS ${nameInSql(waits)}`
        : nameInSql(column.name),
    )
    return `SELECT ${shown.join(', ')}\n  FROM ${database}.${name}${waits ? '' : ` WHERE NOT ${isDecided}`}`
  })
}

/** The statements of panels about what is open now; undefined until the page has the decisions. */
export function useOpen(
  queues: Schemas['WorkQueue'][],
): (<Panel extends { sql: string }>(panel: Panel) => Panel) | undefined {
  const following = queues.filter(({ decided }) => decided)
  const decisions = useDecisionsOf(following.map(({ name }) => name))
  const catalog = useCatalog()
  const ids = following.map(({ actions }, at) => [
    ...decidedItems(decisions[at]?.data?.decisions ?? [], actions).keys(),
  ])
  const isDecided = ids.some((own) => own.length > 0)
  if (decisions.some(({ isLoading }) => isLoading) || (isDecided && catalog.isLoading)) return undefined
  const decided = following.map((queue, at) => ({ ...queue, ids: (ids[at] ?? []).toSorted() }))
  const tables = catalog.data?.tables ?? []
  return (panel) => (isDecided ? { ...panel, sql: openSql(panel.sql, decided, tables) } : panel)
}
