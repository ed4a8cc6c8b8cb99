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
import { useHealth } from '../lake/queries'
import { type Choice, drawn, notChosenOf } from './chart-choice'
import { withDays } from './days'
import { type OpenPeriod, openPeriod } from './open-period'

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

/** The last period of an axis that is not over, if the axis has periods; `rows` are those that are drawn. */
export function openAt(columns: string[], rows: Cell[][], x: string, asOf: string): OpenPeriod | undefined {
  const at = columns.indexOf(x)
  const places = new Set(rows.map((row) => String(row[at] ?? '')))
  return openPeriod([...places], asOf)
}

/** An answer as a chart draws it, in the units of the lake, with a last period that is not over. */
export function useDrawn(
  result: Answer,
  { x, y, series, kind, scale, isStacked }: Choice,
  own?: Units,
): DrawnAnswer {
  const units = useAnswerUnits('', result.columns, own)
  const given = useAnswerLabels('', result.columns)
  // A column has one name in the table, beside the chart and on its axes.
  const labels = useMemo(() => headingsOf(result.columns, given, units), [result.columns, given, units])
  const asOf = useHealth().data?.as_of ?? ''
  const measures = y.join('\n')
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
    return { ...shown, notChosen, open: openAt(shown.columns, shown.rows, x, asOf) }
  }, [result, x, measures, series, kind, scale, isStacked, units, labels, asOf])
}
