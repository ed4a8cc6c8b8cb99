import type { Schemas } from '../../api/client'
import { type Cell, isName, isNumeric, isTextual, isTime } from '../../api/format'
import { quoted, quotedName } from '../../formats/sql'

type Table = Schemas['CatalogTable']
type Column = Schemas['ContractColumn']

/** A dataset whose rows belong to a row of another one, and the column that says to which. */
export interface Child {
  table: Table
  column: Column
}

/** The most rows of one dataset that a page shows; its heading counts all. */
export const MOST_ROWS = 200

/** The name of the amount of a row in an answer: the product of the columns that its contract names. */
const AMOUNT = 'total'

const NUMBER = /^-?\d+(\.\d+)?$/

/** The column that is the key alone; undefined where several columns or none are it. */
export function soleKey({ columns }: Table): Column | undefined {
  const keys = columns.filter(({ primary_key }) => primary_key)
  return keys.length === 1 ? keys[0] : undefined
}

/** The only key of a dataset; undefined for a table of a system, and where several columns or none are the key. */
export const onlyKey = (table: Table): Column | undefined =>
  table.system === '' ? soleKey(table) : undefined

/** The dataset whose only key has this name. */
export const datasetOf = (tables: Table[], column: string): Table | undefined =>
  tables.find((table) => onlyKey(table)?.name === column)

/** The address of the page of one row of a dataset. */
export const rowAddress = (dataset: string, key: string): string =>
  `#/rows/${encodeURIComponent(dataset)}/${encodeURIComponent(key)}`

/** The datasets with rows that belong to a row of this one, as their contracts say; those with parts and amounts first. */
export function childrenOf(tables: Table[], parent: Table): Child[] {
  const key = onlyKey(parent)
  if (!key) return []
  const children = tables.flatMap((table) =>
    table.columns
      .filter(({ references }) => references === `${parent.name}.${key.name}`)
      .map((column) => ({ table, column })),
  )
  return [...children].sort((one, other) => weightOf(tables, other) - weightOf(tables, one))
}

/** The tables of systems with one row for each row of a dataset, such as a score of each customer. */
export const tablesAbout = (tables: Table[], key: string): Table[] =>
  tables.filter((table) => table.system !== '' && soleKey(table)?.name === key)

/** Rows that have parts, such as orders, say more than single amounts, and these more than rows without any. */
const weightOf = (tables: Table[], { table }: Child): number =>
  partOf(tables, table) ? 2 : table.amount.length > 0 ? 1 : 0

/** The dataset whose amounts add up to that of a row of this one: of an order, its lines. */
interface Part extends Child {
  /** The rows that have the parts where a row has none itself: of a customer, the orders with their lines. */
  through?: Child & { key: Column }
}

const referencing = (tables: Table[], table: Table): Child[] => {
  const key = onlyKey(table)
  if (!key) return []
  const name = `${table.name}.${key.name}`
  return tables.flatMap((child) => {
    const column = child.columns.find(({ references }) => references === name)
    return column ? [{ table: child, column }] : []
  })
}

/** Rows that have parts, such as orders, come before single amounts, as on the page. */
const partOf = (tables: Table[], table: Table): Part | undefined => {
  const children = referencing(tables, table)
  for (const through of children) {
    const key = through.table.amount.length > 0 ? undefined : onlyKey(through.table)
    const part = referencing(tables, through.table).find((one) => one.table.amount.length > 0)
    if (key && part) return { ...part, through: { ...through, key } }
  }
  return children.find((child) => child.table.amount.length > 0)
}

/** The rows whose money is the amount of a row of a dataset; empty where it is the row's own, as that of an order with its lines. */
function amountFrom(tables: Table[], table: Table): string {
  const part = table.amount.length > 0 ? undefined : partOf(tables, table)
  const from = part && (part.through ?? part).table.name
  return !from || from.startsWith(table.name.replace(/s$/, '')) ? '' : from
}

/** The name of the amount of a row in an answer: it says whose money it is where that is not the row's own. */
export const amountName = (tables: Table[], table: Table): string => {
  const from = amountFrom(tables, table)
  return from ? `${AMOUNT}_of_${from}` : AMOUNT
}

/** Whose money the amounts of a dataset's rows are, in words such as ` of orders`; empty where it is their own. */
export const amountWords = (tables: Table[], table: Table): string => {
  const from = amountFrom(tables, table)
  return from ? ` of ${from.replaceAll('_', ' ')}` : ''
}

/** A value as a literal of a column's type; undefined where none of its values reads so. */
export function literal({ type }: { type: string }, value: string): string | undefined {
  if (isNumeric(type)) return NUMBER.test(value) ? value : undefined
  if (type === 'date') return `DATE ${quoted(value)}`
  if (type.startsWith('timestamp')) return `TIMESTAMP ${quoted(value.replace('T', ' '))}`
  return quoted(value)
}

/** The columns that a person reads: none of the lake's own, and none about people for those who may not see them. */
const shown = (table: Table, seesPeople: boolean): Column[] =>
  table.columns.filter(({ name, personal }) => !name.startsWith('_') && (seesPeople || !personal))

/** The columns that say from which file and row of it a row of a dataset came. */
export const [CONTENT, SOURCE_ROW] = ['_content_sha256', '_source_row']

/** The statement of one row of a dataset or table by a column, of a dataset with the row's origin. */
export function rowStatement(table: Table, column: Column, value: string, seesPeople: boolean): string {
  const origin = table.columns.filter(({ name }) => name === CONTENT || name === SOURCE_ROW)
  const names = [...shown(table, seesPeople), ...origin]
    .filter(({ name }) => !table.newest_by.includes(name))
    .map(({ name }) => quotedName(name))
  return `SELECT ${names.join(', ')}\nFROM ${table.database}.${table.name}\nWHERE ${quotedName(column.name)} = ${literal(column, value) ?? 'NULL'}\nLIMIT 1`
}

const product = (alias: string, factors: string[]): string =>
  `CAST(${factors.map((name) => `${alias}.${quotedName(name)}`).join(' * ')} AS decimal(18, 2))`

/** The time of the row that a row without one belongs to: of a line, that of its order. */
interface TimeOfWhole {
  table: Table
  time: Column
  /** The column of the row that names the other row, and the key that it names. */
  by: Column
  key: Column
}

function timeOfWhole(tables: Table[], { table, column }: Child): TimeOfWhole | undefined {
  for (const by of table.columns) {
    const [name = '', keyName = ''] = by.name === column.name ? [] : by.references.split('.')
    const whole = tables.find((one) => one.name === name && one.database === table.database)
    const key = whole?.columns.find((one) => one.name === keyName)
    const time = whole?.columns.find(
      (one) => isTime(one.type) && !one.personal && !whole.newest_by.includes(one.name),
    )
    if (whole && key && time) return { table: whole, time, by, key }
  }
  return undefined
}

/** Words that a row has of the thing that it references, as a line has those of an article: the dataset's own name is one for all pages. */
const WORDS_OF_A_THING = /^(?:description|title|name)$/i

/** The dataset whose name of a thing replaces a row's own words of it. */
interface NamedThing {
  table: Table
  /** The column of the row that names the thing, the key that it names, and the name. */
  by: Column
  key: Column
  name: Column
}

function namedThing(tables: Table[], { table, column }: Child, words?: Column): NamedThing | undefined {
  if (!words || !WORDS_OF_A_THING.test(words.name)) return undefined
  for (const by of table.columns) {
    const [of = '', keyName = ''] = by.name === column.name ? [] : by.references.split('.')
    const thing = tables.find((one) => one.name === of && one.database === table.database)
    const key = thing?.columns.find((one) => one.name === keyName)
    const stem = keyName.replace(/_(id|code|number|no)$/, '')
    const name = thing?.columns.find((one) => one.name === `${stem}_name` && !one.personal)
    if (thing && key && name) return { table: thing, by, key, name }
  }
  return undefined
}

/** The column of a row's words: a text that is no key and no id, and names no other row. */
const wordsOf = (columns: Column[]): Column | undefined =>
  columns.find((one) => isTextual(one.type) && !one.primary_key && !one.references && !isName(one.name))

/** The statement of the rows that belong to one row, the newest first, with their number and the sum of their amounts. */
export function childStatement(
  tables: Table[],
  { table, column }: Child,
  value: string,
  seesPeople: boolean,
): string {
  const all = shown(table, seesPeople).filter(
    ({ name }) => name !== column.name && !table.newest_by.includes(name),
  )
  const time = all.find(({ type }) => isTime(type))
  const key = onlyKey(table)
  // Rows are known by their time and id, and those without a time, such as lines, by their words.
  const words = wordsOf(all)
  const thing = namedThing(tables, { table, column }, words)
  const first = time ? [time, ...(key ? [key] : [])] : words ? [words] : []
  const rest = all.filter((one) => !first.includes(one) && one !== key)
  const last = key && !first.includes(key) ? [key] : []
  const selected = [...rest, ...last].map(({ name }) => `r.${quotedName(name)}`)
  const condition = `= ${literal(column, value) ?? 'NULL'}`
  const part = table.amount.length > 0 ? undefined : partOf(tables, table)
  const amount = part ? 'p.amount' : table.amount.length > 0 ? product('r', table.amount) : ''
  const whole = time ? undefined : timeOfWhole(tables, { table, column })
  const from = [`FROM ${table.database}.${table.name} AS r`]
  if (whole) {
    const of = `${whole.table.database}.${whole.table.name} AS w`
    from.push(`LEFT JOIN ${of} ON w.${quotedName(whole.key.name)} = r.${quotedName(whole.by.name)}`)
  }
  if (thing) {
    const of = `${thing.table.database}.${thing.table.name} AS n`
    from.push(`LEFT JOIN ${of} ON n.${quotedName(thing.key.name)} = r.${quotedName(thing.by.name)}`)
  }
  if (part && key) {
    const { through } = part
    const name = through ? `t.${quotedName(through.column.name)}` : `c.${quotedName(part.column.name)}`
    from.push(
      `LEFT JOIN (`,
      `  SELECT ${name} AS part_of, sum(${product('c', part.table.amount)}) AS amount`,
      `  FROM ${part.table.database}.${part.table.name} AS c`,
      ...(through
        ? [
            `  JOIN ${through.table.database}.${through.table.name} AS t ON t.${quotedName(through.key.name)} = c.${quotedName(part.column.name)}`,
          ]
        : []),
      `  JOIN ${table.database}.${table.name} AS o ON o.${quotedName(key.name)} = ${name}`,
      `  WHERE o.${quotedName(column.name)} ${condition}`,
      `  GROUP BY ${name}`,
      `) AS p ON p.part_of = r.${quotedName(key.name)}`,
    )
  }
  const sums = amount
    ? [
        `${amount} AS ${amountName(tables, table)}`,
        `sum(${amount}) OVER () AS title_amount`,
        `sum(CASE WHEN ${amount} < 0 THEN ${amount} END) OVER () AS title_below_zero`,
        `sum(CASE WHEN ${amount} < 0 THEN 1 END) OVER () AS title_rows_below_zero`,
      ]
    : []
  // The amount is read before what it was computed from; an amount of one column is that column.
  const own = table.amount.length === 1 ? [] : sums.slice(0, 1)
  const leading = [
    ...(whole ? [`w.${quotedName(whole.time.name)}`] : []),
    ...first.map((one) =>
      thing && one === words
        ? `coalesce(n.${quotedName(thing.name.name)}, r.${quotedName(one.name)}) AS ${quotedName(thing.name.name)}`
        : `r.${quotedName(one.name)}`,
    ),
  ]
  const columns = [...leading, ...own, ...selected, ...sums.slice(1)]
  const order = time
    ? `r.${quotedName(time.name)} DESC`
    : whole
      ? `w.${quotedName(whole.time.name)} DESC`
      : amount
        ? `abs(${amount}) DESC`
        : key
          ? `r.${quotedName(key.name)}`
          : '1'
  return `SELECT ${columns.join(',\n       ')},\n       count(*) OVER () AS row_count\n${from.join('\n')}\nWHERE r.${quotedName(column.name)} ${condition}\nORDER BY ${order}\nLIMIT ${MOST_ROWS}`
}

/** The columns by which people know the rows, where there is no room for all: their time, with the number and the amount or else with their words. */
export function keptOf(tables: Table[], { table, column }: Child): string[] {
  const amount =
    table.amount.length === 1 ? table.amount[0] : amountUnit(tables, table) && amountName(tables, table)
  const own = table.columns.filter(({ name }) => name !== column.name && !table.newest_by.includes(name))
  const time = own.find(({ type }) => isTime(type))
  // One of few values, such as a state, is no row's own words.
  const words = wordsOf(own.filter(({ rules }) => !rules.some((rule) => rule.startsWith('one of'))))
  const whole = time ? undefined : timeOfWhole(tables, { table, column })
  if (whole) return [whole.time.name, whole.by.name, amount].flatMap((name) => name || [])
  const key = time && (amount || !words) ? onlyKey(table) : words
  const named = key && key === words ? (namedThing(tables, { table, column }, words)?.name ?? key) : key
  return [time?.name, named?.name, amount].flatMap((name) => name || [])
}

/** The unit of the amounts of a dataset's rows; empty where it has none. */
export function amountUnit(tables: Table[], table: Table): string {
  const of = table.amount.length > 0 ? table : partOf(tables, table)?.table
  const factors = of?.columns.filter(({ name }) => of.amount.includes(name)) ?? []
  return factors.map(({ unit }) => unit).find((unit) => /^[A-Z]{3}$/.test(unit)) ?? ''
}

/** The rows that belong to a row, without the words that all of them repeat from it, such as its name. */
export function withoutRepeated<One extends Answer>(rows: One, whole: Answer): One {
  const said = new Set((whole.rows[0] ?? []).filter((value) => typeof value === 'string'))
  const isRepeated = ({ type }: { type: string }, place: number): boolean => {
    const value = rows.rows[0]?.[place] ?? null
    return isTextual(type) && said.has(String(value)) && rows.rows.every((row) => row[place] === value)
  }
  if (rows.rows.length < 2) return rows
  const isKept = rows.columns.map((column, place) => !isRepeated(column, place))
  return {
    ...rows,
    columns: rows.columns.filter((_, place) => isKept[place]),
    rows: rows.rows.map((row) => row.filter((_, place) => isKept[place])),
  }
}

interface Answer {
  columns: { name: string; type: string }[]
  rows: Cell[][]
}
