import type { Schemas } from '../../api/client'
import { quoted } from '../../formats/sql'

export type Chosen = Readonly<Record<string, string>>

/**
 * The statement of a panel with the filters that a person chose.
 *
 * Each filtered table is shadowed by a subquery of its name, so the statement itself stays what the dashboard states.
 */
export function filteredSql(
  panel: Pick<Schemas['Panel'], 'name' | 'sql'>,
  filters: Schemas['DashboardFilter'][],
  chosen: Chosen,
  tables: Schemas['CatalogTable'][],
): string {
  const active = filters.filter((one) => chosen[one.name] && isFor(one, panel.name))
  const shadows = tables.flatMap((table) => {
    const own = active.filter((one) => one.tables.includes(table.name))
    return own.length > 0 ? [shadow(table, own, chosen)] : []
  })
  if (shadows.length === 0) return panel.sql
  const isWith = /^\s*WITH\s/i.test(panel.sql)
  const rest = isWith ? panel.sql.replace(/^\s*WITH\s+/i, '') : panel.sql
  return `WITH ${shadows.join(',\n')}${isWith ? ',\n' : '\n'}${rest}`
}

const isFor = (filter: Schemas['DashboardFilter'], panel: string): boolean =>
  filter.panels.length === 0 || filter.panels.includes(panel)

function shadow(
  table: Schemas['CatalogTable'],
  filters: Schemas['DashboardFilter'][],
  chosen: Chosen,
): string {
  const columns = table.columns.map(({ name }) => {
    const whole = filters.find((one) => one.column === name)?.whole
    return whole ? `${quoted(whole)} AS ${name}` : name
  })
  const conditions = filters.map((one) => {
    const isDay = table.columns.find(({ name }) => name === one.column)?.type === 'date'
    const value = `${isDay ? 'DATE ' : ''}${quoted(chosen[one.name] ?? '')}`
    return `${one.column} ${one.is_until ? '<=' : '='} ${value}`
  })
  const source = `${table.database}.${table.name}`
  return `${table.name} AS (\n  SELECT ${columns.join(', ')}\n  FROM ${source}\n  WHERE ${conditions.join(' AND ')}\n)`
}
