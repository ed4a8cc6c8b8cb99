import { Anchor } from '@mantine/core'
import { useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { type Cell, isName, isNumeric } from '../../api/format'
import {
  type AnswerColumn,
  type ColumnFormat,
  columnFormats,
  dayOf,
  type Labels,
  type Units,
  useNumberedKeys,
} from '../../formats/columns'
import { idAddress } from '../catalog/row-query'
import { statementFormat, statementPlacesOf } from './answer-numbers'
import { DAY_CHARACTERS, isOfDays } from './days'
import { partOf, partWords } from '../../formats/date-parts'

/** Numbers such as years and ids, whatever the statement calls them. */
export const isNumberedName = ({ kind, type }: AnswerColumn): boolean => kind === 'name' && isNumeric(type)

/** How the answer of a person's statement is headed and read, the same on the page Query, on an own dashboard and on a published one; mails have the same rules. */
export function useStatementFormats(
  columns: AnswerColumn[],
  rows: Cell[][],
  units: Units,
  labels: Labels,
): ColumnFormat[] {
  const keys = useNumberedKeys()
  return useMemo(() => {
    const places = statementPlacesOf(columns, rows, units)
    const names = new Set(columns.map(({ name }) => name))
    return columnFormats(columns, units, labels).map((format, place) => {
      const column = columns[place]
      const shown = statementFormat(format, column, units, places[place])
      if (!column) return shown
      if (partOf(column)) return { ...shown, text: partText(column) }
      const isCode = names.has(column.name.replace(/_(id|code)$/, '_name')) && isName(column.name)
      if (keys.has(column.name) || isNumberedName(column) || isCode) return { ...shown, text: nameText }
      // A day has no zone.
      return isOfDays(rows, place) ? { ...shown, heading: format.heading, text: dayTextOf(column) } : shown
    })
  }, [columns, rows, units, labels, keys])
}

const nameText = (value: Cell): string => (value === null || value === '' ? '–' : String(value))

/** A part of a date in the words of the chart: Monday, 08:00, Q3. */
const partText =
  (column: AnswerColumn) =>
  (value: Cell): string =>
    nameText(partWords(value, partOf(column)))

const dayTextOf =
  ({ name, period }: AnswerColumn) =>
  (value: Cell): string =>
    dayOf(name, String(value).slice(0, DAY_CHARACTERS), period)

/** The formats with a link in each cell that names a row of a dataset, or, in a `table`, all rows with an id; `valueAt` has the cells as they are shown. */
export const withRowLinks = (
  formats: ColumnFormat[],
  columns: { name: string }[],
  tables: Schemas['CatalogTable'][],
  valueAt: (index: number, place: number) => Cell | undefined,
  table = '',
): ColumnFormat[] =>
  formats.map((format, place) => {
    const column = columns[place]?.name ?? ''
    if (!isName(column)) return format
    const cell = (index: number, text: string) => {
      const address = idAddress(tables, table, column, valueAt(index, place) ?? null)
      return address ? (
        <Anchor inherit href={address}>
          {text}
        </Anchor>
      ) : (
        text
      )
    }
    return { ...format, cell }
  })
