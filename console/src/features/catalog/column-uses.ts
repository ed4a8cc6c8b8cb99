import { pageAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { largestNumber } from '../../formats/extremes'

type Use = Schemas['ColumnUse']

/** How a column is used without its value going in, as the end of "It decides …". */
const DECIDES: Partial<Record<Use['uses'][number], string>> = {
  FILTER: 'which rows count',
  GROUP_BY: 'how rows are grouped',
  JOIN: 'which rows belong together',
  SORT: 'the order of rows',
  WINDOW: 'which rows are near',
}

/** The uses of a column in one table, or those of one table's columns for a column. */
export interface TableUse {
  system: string
  table: string
  /** Columns that the value goes into or comes from. */
  values: string[]
  /** Columns of which only the choice of a value depends on it. */
  choices: string[]
  /** What it decides about the rows of the table, in words. */
  decides: string[]
  /** The tables on the way; empty where no other one is between. */
  through: string[]
}

const isValue = ({ uses }: Use): boolean =>
  uses.some((use) => use === 'IDENTITY' || use === 'TRANSFORMATION' || use === 'AGGREGATION')

/** The uses by table: those of values first, those without a table between before others. */
export function usesByTable(uses: Use[]): TableUse[] {
  const groups = new Map<string, Use[]>()
  for (const use of uses) {
    const key = `${use.system}/${use.table}`
    groups.set(key, [...(groups.get(key) ?? []), use])
  }
  return [...groups.values()]
    .map(tableUse)
    .toSorted((one, other) => rankOf(one) - rankOf(other) || byName(one, other))
}

const rankOf = ({ values, through }: TableUse): number =>
  (values.length > 0 ? 0 : 2) + (through.length > 0 ? 1 : 0)
const byName = (one: TableUse, other: TableUse): number => one.table.localeCompare(other.table)

function tableUse(uses: Use[]): TableUse {
  const values = uses.filter(isValue)
  const others = uses.filter((use) => !isValue(use))
  const shown = values.length > 0 ? values : others
  const isNear = shown.some(({ through = [] }) => through.length === 0)
  const choices = others.filter(({ uses, column }) => column && uses.includes('CONDITIONAL'))
  return {
    system: uses[0]?.system ?? '',
    table: uses[0]?.table ?? '',
    values: values.map(({ column }) => column),
    choices: choices.map(({ column }) => column),
    decides: [...new Set(others.flatMap(({ uses }) => uses.flatMap((use) => DECIDES[use] ?? [])))],
    through: isNear ? [] : [...new Set(shown.flatMap(({ through = [] }) => through))].toSorted(),
  }
}

/** The tables on the way that are next to a table: the others lie before one of them. */
export function nextTo({ through }: TableUse, all: TableUse[]): string[] {
  const throughOf = new Map(all.map((use) => [use.table, use.through]))
  return through.filter((name) => !through.some((other) => throughOf.get(other)?.includes(name)))
}

/** How many tables are on the longest way to a table. */
export function distanceOf(use: TableUse, all: TableUse[]): number {
  const ways = nextTo(use, all).flatMap((name) => all.filter(({ table }) => table === name))
  return (
    1 +
    largestNumber(
      ways.map((way) => distanceOf(way, all)),
      0,
    )
  )
}

/** The page of a table or a dataset; of a column its lineage there. */
export function lineageAddress({ system, table, column }: Place): string {
  const page = pageAddress(system, table)
  return column ? `${page}?column=${encodeURIComponent(column)}` : page
}

interface Place {
  /** Empty for a dataset. */
  system: string
  table: string
  column: string
}
