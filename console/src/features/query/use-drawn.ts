import { useMemo } from 'react'

import type { Cell } from '../../api/format'
import {
  type AnswerColumn,
  headingsOf,
  type Units,
  useAnswerLabels,
  useAnswerUnits,
} from '../../formats/columns'
import type { Shown } from '../dashboards/chart-options'
import { type Choice, notChosenOf } from './chart-choice'
import { useDataDay } from './data-day'
import { withDays } from './days'
import { drawn } from './drawn-chart'
import { type AxisEnds, type Bounds, endsOf } from './open-period'
import { statementBounds, tighter } from './statement-bounds'

export interface DrawnAnswer extends Shown {
  note: string
  addedUp: string[]
  rowsRead: number
  refused?: string
  isAddable?: boolean
  /** The measures of the answer that nobody chose, and that the chart does not have. */
  notChosen?: string[]
}

interface Answer {
  columns: AnswerColumn[]
  rows: Cell[][]
  query?: { sql: string }
}

export const NO_BOUNDS = { from: '', until: '', ofDays: '' }

/** The periods at the ends of an axis that are not whole, if the axis has periods; `rows` are those that are drawn. The data, the filters of the page and the conditions of the statement end them. */
export function endsAt(
  { columns, rows }: { columns: string[]; rows: Cell[][] },
  x: string,
  asOf: string,
  bounds: Bounds,
  sql = '',
): AxisEnds {
  const at = columns.indexOf(x)
  const places = new Set(rows.map((row) => String(row[at] ?? '')))
  const ofPage = bounds.ofDays !== x ? bounds : NO_BOUNDS
  return endsOf([...places], asOf, tighter(ofPage, statementBounds(sql)))
}

/** An answer as a chart draws it, in the units of the lake, with the periods at its ends that are not whole. */
export function useDrawn(
  result: Answer,
  { x, y, series, kind, scale, isStacked }: Choice,
  own?: Units,
  bounds?: Bounds,
): DrawnAnswer {
  const units = useAnswerUnits('', result.columns, own)
  const given = useAnswerLabels('', result.columns)
  // A column has one name in the table, beside the chart and on its axes.
  const labels = useMemo(() => headingsOf(result.columns, given, units), [result.columns, given, units])
  const asOf = useDataDay(result.query?.sql ?? '')
  const measures = y.join('\n')
  const { from, until, ofDays } = bounds ?? NO_BOUNDS
  return useMemo(() => {
    const choice = { x, y: measures.split('\n'), series, kind, scale, isStacked }
    // Computed amounts have a unit as well.
    const columns = result.columns.map((column) => ({ ...column, unit: units[column.name] ?? '' }))
    const shown = {
      ...drawn(columns, withDays(result.rows), choice, result.query?.sql),
      units,
      labels,
    }
    const notChosen = notChosenOf(columns, choice, result.query?.sql)
    return { ...shown, notChosen, ...endsAt(shown, x, asOf, { from, until, ofDays }, result.query?.sql) }
  }, [result, x, measures, series, kind, scale, isStacked, units, labels, asOf, from, until, ofDays])
}
