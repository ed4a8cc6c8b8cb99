import type { Cell } from '../../api/format'
import type { ColumnFormat } from '../../formats/columns'

interface Shown {
  columns: { name: string; type: string }[]
  rows: Cell[][]
  formats: ColumnFormat[]
}

const BETWEEN = ' · '

/** A table whose first column has the words of all keys, for a phone: a figure without its month or its measure says nothing. */
export function withJoinedKeys({ columns, rows, formats }: Shown, keys: ReadonlySet<string>): Shown {
  const places = columns.flatMap(({ name }, at) => (at === 0 || keys.has(name) ? [at] : []))
  const [first] = formats
  if (places.length < 2 || !first) return { columns, rows, formats }
  const others = columns.flatMap((_, at) => (places.includes(at) ? [] : [at]))
  const wordsOf = (row: Cell[]): string =>
    places
      .map((at) => formats[at]?.text(row[at] ?? null) ?? '')
      .filter((words) => words !== '–')
      .join(BETWEEN)
  return {
    columns: [
      { name: columns[0]?.name ?? '', type: 'varchar' },
      ...others.flatMap((at) => columns[at] ?? []),
    ],
    rows: rows.map((row) => [wordsOf(row), ...others.map((at) => row[at] ?? null)]),
    formats: [
      { ...first, heading: places.map((at) => formats[at]?.heading ?? '').join(BETWEEN), text: String },
      ...others.flatMap((at) => formats[at] ?? []),
    ],
  }
}
