import type { Schemas } from '../../api/client'
import { isTextual } from '../../api/format'
import { quoted } from '../../formats/sql'
import { heading } from '../../formats/words'
import { levelColumns } from '../catalog/level-columns'
import { filteredSql } from '../dashboards/filters'
import { tablesIn } from './schema-words'
import { withCondition } from './statement-clauses'
import { withoutTexts } from './statement-text'

type Table = Schemas['CatalogTable']
type Levels = Schemas['CatalogLevels']

/** A sum that adds totals and their parts, in words, and the statement that adds rows of one level only. */
export interface AddedLevels {
  words: string
  /** The condition with its statement; undefined where no level has the columns of the statement. */
  remedy?: { condition: string; sql: string }
}

const SUM = /\bsum\s*\(/i
const has = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`, 'i').test(text)

/** What to know about a statement that adds up rows of several levels of a table; undefined where it chooses a level or adds nothing. */
export function addedLevels(sql: string, tables: Table[]): AddedLevels | undefined {
  const text = withoutTexts(sql)
  if (!SUM.test(text)) return undefined
  for (const table of tablesIn(sql, tables)) {
    const { levels } = table
    if (!levels || has(text, levels.column) || namesRows(text, table, levels)) continue
    return {
      words: `${heading(table.name)} has totals beside their parts, and this sum adds both.`,
      ...remedyOf(sql, text, table, levels),
    }
  }
  return undefined
}

/** Whether a statement names the key of a row, such as its series: each of them has one level. */
const namesRows = (text: string, { columns }: Table, levels: Levels): boolean => {
  const dimensions = levelColumns(levels)
  return columns.some(
    ({ name, type, primary_key: isKey }) =>
      isKey && isTextual(type) && !dimensions.includes(name) && has(text, name),
  )
}

function remedyOf(sql: string, text: string, table: Table, levels: Levels): Pick<AddedLevels, 'remedy'> {
  const { column, rows } = levels
  const named = levelColumns(levels).filter((name) => has(text, name))
  const level = Object.entries(rows).find(
    ([, names]) => names.length === named.length && named.every((name) => names.includes(name)),
  )?.[0]
  if (level === undefined) return {}
  const condition = `${column} = ${quoted(level)}`
  const isPlain =
    (text.match(/\bselect\b/gi) ?? []).length === 1 && !/\bjoin\b|,\s*\w+\.\w+\s+\w+\s+where/i.test(text)
  return {
    remedy: { condition, sql: isPlain ? withCondition(sql, condition) : shadowed(sql, table, column, level) },
  }
}

/** The statement in which the table has rows of one level only. */
const shadowed = (sql: string, table: Table, column: string, level: string): string =>
  filteredSql(
    { name: '', sql },
    [
      {
        name: column,
        label: '',
        column,
        tables: [table.name],
        values: '',
        whole: '',
        is_from: false,
        is_until: false,
        through: '',
        panels: [],
      },
    ],
    { [column]: [level] },
    [table],
  )
