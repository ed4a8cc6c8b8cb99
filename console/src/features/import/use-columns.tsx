import { useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { isNumeric } from '../../api/format'
import { type ColumnAction, ColumnHeader, titleOf } from './column-header'
import {
  type Edits,
  isAbove,
  isStepOf,
  leftOutColumns,
  madeColumns,
  withField,
  withFormat,
  withoutStep,
} from './edits'
import { openOrders } from './date-orders'
import { type GridColumn, inColumn } from './grid-column'
import { formatWords, kindOf } from './formats'
import { lakeValues, newValues, type NewValues, unlistedValues } from './lake-values'
import { chipWords, filledWith, valuesAfter } from './steps'
import { missingFields, settled, withKnownFormat } from './suggested-fields'
import { columnsWithoutField } from './undecided-columns'
import { largestNumber } from '../../formats/extremes'

const CHARACTER_PX = 7
const TEXT_CHARACTER_PX = 7.5
const MAX_WIDTH_PX = 340
const MAX_TEXT_PX = 280
const MAX_FORMAT_PX = 190
const MAX_FLAWED_FORMAT_PX = 260

/** The width of a column: its name, its texts and its steps are not cut off, and a reason beside a value needs room; a long format is in its menu. */
export function widthOf(
  title: string,
  {
    flawed,
    format,
    steps,
    longest = 0,
  }: {
    flawed: number
    format: string
    steps: string[]
    /** How many characters its longest text has, where that is known. */
    longest?: number
  },
): number {
  const errors = flawed > 0 ? `${flawed} errors  ` : ''
  const chips = steps.reduce((sum, words) => sum + words.length * CHARACTER_PX + 34, 0)
  return Math.min(
    MAX_WIDTH_PX,
    Math.max(
      flawed > 0 ? 240 : 150,
      Math.min(280, title.length * 9 + 48),
      Math.min(
        flawed > 0 ? MAX_FLAWED_FORMAT_PX : MAX_FORMAT_PX,
        (errors.length + format.length) * CHARACTER_PX + 24,
      ),
      Math.min(MAX_TEXT_PX, longest * TEXT_CHARACTER_PX + 16),
      chips + 16,
    ),
  )
}

/** A name or a description where its values are too many to be known here. */
const USUAL_TEXT = 26

/** The characters of the longest text of a column, or of a usual one; none for numbers, days and keys. */
function longestText(field: Schemas['ContractField'] | undefined, values = {}): number {
  const texts = Object.keys(values)
  if (texts.length > 0) return largestNumber(texts.map((text) => text.length))
  return field && !field.is_key && kindOf(field.type) === 'text' ? USUAL_TEXT : 0
}

/** The values of a column, after its steps, that its list or else the lake does not have; of texts alone, whose values are names. */
export function newIn(
  name: string,
  { grid, mapping }: Pick<Schemas['DryRun'], 'grid' | 'mapping'>,
  edits: Edits,
  inLake: Schemas['DatasetProfile'] | undefined,
): NewValues {
  const field = mapping?.fields.find((one) => one.name === edits.columns[name])
  const values = grid?.values[name]
  if (!values || !field || kindOf(field.type) !== 'text') return NO_NEW_VALUES
  const after = valuesAfter(edits, name, values)
  const filled = filledWith(edits, name)
  // Values that the gate refuses are errors of the column.
  const refused = grid.refused_values[name] ?? {}
  if (field.allowed.length > 0)
    return unlistedValues(
      after.filter(([value]) => !(value in refused)).map(([value, rows]) => [value || filled, rows]),
      field.allowed,
    )
  if (field.is_key) return NO_NEW_VALUES
  const all = [...new Set([...after.map(([value]) => value), filled])]
  return {
    values: newValues(
      all.map((value) => [value, 0]),
      lakeValues(inLake, field.name),
    ),
  }
}

const NO_NEW_VALUES: NewValues = { values: [] }

/** The columns of the grid with their headers, where each is decided. */
export function useColumns(
  result: Schemas['DryRun'],
  edits: Edits,
  remembered: Edits | undefined,
  change: (next: Edits) => void,
  onForm: (form: { action: ColumnAction; column: string }) => void,
  onShow: (show: string) => void,
  inLake?: Schemas['DatasetProfile'],
  isCurrent = true,
  onAdd?: (column: string) => void,
): GridColumn[] {
  const { grid, mapping } = result
  return useMemo(() => {
    const fields = mapping?.fields ?? []
    const keys = new Set(fields.filter((one) => one.is_key).map((one) => one.name))
    // What an earlier check counted is not shown beside what a person sees now.
    const isChecked =
      isCurrent && result.outcome !== 'needs_mapping' && missingFields(result, edits).length === 0
    const leftOut = new Set(leftOutColumns(settled(edits, result), grid?.columns ?? []))
    const asked = new Set(openOrders(result, edits).map(({ column }) => column))
    const addable = new Set(onAdd ? columnsWithoutField(result, edits) : [])
    const names = [...(grid?.columns ?? []), ...madeColumns(edits, grid?.columns ?? [])]
    return names.map((name, place) => {
      const field = edits.columns[name]
      const type = fields.find((one) => one.name === field)?.type ?? ''
      const flawed = grid?.flawed_cells[name] ?? 0
      const isOfFile = place < (grid?.columns.length ?? 0)
      const seen = grid?.formats[name] as { kind: string; format: Edits['formats'][string] } | undefined
      const isOfText = seen !== undefined && kindOf(seen.kind) === 'text'
      const known = isOfText && !keys.has(field ?? '') ? undefined : seen
      const title = isOfFile ? name : titleOf(fields, field ?? name)
      return {
        name,
        width: widthOf(title, {
          flawed,
          format: formatWords((field ? edits.formats[field] : undefined) ?? known?.format),
          steps: isOfFile
            ? edits.steps
                .filter((step) => isAbove(step, name))
                .map((step) => `${chipWords(step)}${isStepOf(step, remembered) ? ' (remembered)' : ''}`)
            : [],
          longest: longestText(
            fields.find((one) => one.name === field),
            grid?.values[name],
          ),
        }),
        hasReasons: flawed > 0,
        isNumeric: isNumeric(type),
        isLeftOut: leftOut.has(name),
        isPinned: Boolean(field) && keys.has(field ?? ''),
        header: (
          <ColumnHeader
            name={name}
            title={title}
            field={field}
            fields={fields}
            suggestion={mapping?.columns.find((one) => one.column === name)}
            readAs={known}
            format={field ? edits.formats[field] : undefined}
            flawed={isCurrent ? flawed : 0}
            isChecked={isChecked}
            isAsked={asked.has(name)}
            newValues={isCurrent ? newIn(name, result, edits, inLake) : NO_NEW_VALUES}
            toCome={isCurrent ? grid?.to_come[name] : undefined}
            hidesValues={result.hides_values}
            onField={(next) => change(withKnownFormat(withField(edits, name, next), next, result, name))}
            onFormat={(format) => field && change(withFormat(edits, field, format))}
            onAction={(action) => onForm({ action, column: name })}
            steps={isOfFile ? edits.steps.filter((step) => isAbove(step, name)) : []}
            isRemembered={(step) => isStepOf(step, remembered)}
            onRemove={(step) => change(withoutStep(edits, step, grid?.columns ?? []))}
            onAdd={addable.has(name) ? () => onAdd?.(name) : undefined}
            onShow={() => onShow(isOfFile ? inColumn(place) : 'errors')}
          />
        ),
      }
    })
  }, [grid, mapping, edits, remembered, change, onForm, onShow, result, inLake, isCurrent, onAdd])
}
