import { useMemo, useState } from 'react'

import { type Cell, isName, isNumeric } from '../../api/format'
import type { Result } from '../query/results'
import { Grid } from '../../components/grid'
import { Story } from '../../components/story'
import { type ColumnFormat, columnFormats, type Units, useLabels } from '../../formats/columns'
import { COUNT } from '../../formats/template'
import { DatasetRowLink } from '../catalog/dataset-row-link'

interface Props {
  answer: Result
  units: Units
  /** The table whose contract heads the columns. */
  table: string
  label: string
  height: number
}

/** Columns from the first that stay where the table is narrow. */
const DECIDING = 2
/** The room that two narrow columns leave on a phone. */
const MEASURE_PX = 90

/** The place of the first measure, where it has room beside the first two columns on a phone; -1 where it has none, or where one of the two is a number itself. */
export function placeOfMeasure(
  columns: Result['columns'],
  formats: Pick<ColumnFormat, 'heading' | 'text'>[],
  rows: Cell[][],
): number {
  const place = columns.findIndex(({ name, type }) => isNumeric(type) && !isName(name))
  const format = formats[place]
  if (place < DECIDING || !format) return -1
  const texts = rows.slice(0, SAMPLED_ROWS).map((row) => format.text(row[place] ?? null).length)
  return Math.max(format.heading.length * 9 + 32, Math.max(0, ...texts) * 8 + 20) <= MEASURE_PX ? place : -1
}

const SAMPLED_ROWS = 100

/** The rows of an answer. The columns that decide stay in view; a row opens all that it has. */
export function AnswerTable({ answer, units, table, label, height }: Props) {
  const [opened, setOpened] = useState<number>()
  const labels = useLabels(table)
  const shown = useMemo(() => withoutCount(answer), [answer])
  const formats = useMemo(() => {
    const all = columnFormats(shown.columns, units, labels)
    const measure = placeOfMeasure(shown.columns, all, shown.rows)
    return all.map((format, place): ColumnFormat => ({
      ...format,
      priority: place < DECIDING || place === measure ? 1 : 2,
    }))
  }, [shown, units, labels])
  const row = opened === undefined ? undefined : shown.rows[opened]
  return (
    <>
      <Grid
        columns={shown.columns}
        rows={{ length: shown.rows.length, at: (index) => shown.rows[index] }}
        height={height}
        label={label}
        formats={formats}
        onOpen={setOpened}
      />
      {row ? (
        <Story
          title={label}
          facts={formats.map((format, place) =>
            factOf(shown.columns[place]?.name ?? '', format, row[place] ?? null),
          )}
          onClose={() => setOpened(undefined)}
        />
      ) : null}
    </>
  )
}

function factOf(column: string, format: ColumnFormat, value: Cell) {
  if (value === null) return { name: format.heading, text: '–' }
  const [text, exact] = [format.text(value), String(value)]
  return {
    name: format.heading,
    text: <DatasetRowLink column={column} value={value} text={text} />,
    exact: exact === text ? '' : exact,
  }
}

/** An answer without the column that only counts what it lists the first of. */
function withoutCount({ columns, rows }: Result): { columns: Result['columns']; rows: Cell[][] } {
  const at = columns.findIndex((column) => column.name === COUNT)
  if (at < 0) return { columns, rows }
  return {
    columns: columns.filter((_, place) => place !== at),
    rows: rows.map((row) => row.filter((_, place) => place !== at)),
  }
}
