import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { isName, isNumeric, isShare } from '../../api/format'
import {
  type AnswerColumn,
  headingsOf,
  unitsOf,
  useAnswerLabels,
  useAnswerUnits,
} from '../../formats/columns'
import { heading } from '../../formats/words'
import { useCatalog } from '../catalog/queries'
import { typedValue } from '../catalog/row-filters'
import type { MailAsked } from './mails'

/** The limit of a mail as the API takes it. */
export type Limit = Pick<MailAsked, 'only_if' | 'limit_panel' | 'limit_column' | 'limit'>

/** A figure that may have a limit: a column of a question's answer, or that of a panel of a dashboard. */
export interface Figure {
  panel: string
  column: string
  label: string
  unit: string
}

interface Props {
  figures: Figure[]
  limit: Limit
  onChange: (limit: Limit) => void
}

const SIDES: { value: NonNullable<Limit['only_if']>; label: string }[] = [
  { value: '', label: 'Always' },
  { value: 'above', label: 'Only if a figure is above a limit' },
  { value: 'below', label: 'Only if a figure is below a limit' },
]
export const NO_LIMIT: Limit = { only_if: '', limit_panel: '', limit_column: '', limit: null }

/** Whether a limit has all of its parts. */
export const isWholeLimit = ({ only_if: side, limit }: Limit): boolean => !side || typeof limit === 'number'

/** The figures of a question's answer. */
export function useFiguresOf(columns: AnswerColumn[]): Figure[] {
  const units = useAnswerUnits('', columns)
  const headings = headingsOf(columns, useAnswerLabels('', columns), units)
  return columns
    .filter(({ name, type, kind }) => isNumeric(type) && !isName(name) && kind !== 'name')
    .map(({ name }) => ({ panel: '', column: name, label: headings[name] ?? name, unit: units[name] ?? '' }))
}

/** The figures of a dashboard: of each panel its number, or the first measure of its chart. */
export function useFiguresOfPanels(panels: Schemas['Panel'][]): Figure[] {
  const tables = useCatalog().data?.tables ?? []
  return panels.flatMap(({ name, question, kind, table, unit, units, y: [measure] }) => {
    if (kind === 'kpi') return [{ panel: name, column: 'value', label: question, unit }]
    if (!measure) return []
    const own = (units[measure] ?? unitsOf(tables, table)[measure]) || unit
    return [{ panel: name, column: measure, label: `${question} (${heading(measure, own)})`, unit: own }]
  })
}

/** The number that a person typed, of a share in percent; null where it is none. */
function limitOf(text: string, unit: string): number | null {
  const plain = text.replace(/[,\s%]/g, '')
  const number = Number(typedValue(plain, unit))
  return plain === '' || !Number.isFinite(number) ? null : number
}

const keyOf = ({ panel, column }: Pick<Figure, 'panel' | 'column'>): string => JSON.stringify([panel, column])

/** Chooses when a mail is sent: always, or only if a figure of its answers is above or below a limit. */
export function LimitFields({ figures, limit, onChange }: Props) {
  const [text, setText] = useState('')
  const [first] = figures
  if (!first) return null
  const chosen = keyOf({ panel: limit.limit_panel ?? '', column: limit.limit_column ?? '' })
  const figure = figures.find((each) => keyOf(each) === chosen) ?? first
  const change = (side: Limit['only_if'], { panel, column, unit }: Figure, typed: string) =>
    onChange(
      side
        ? { only_if: side, limit_panel: panel, limit_column: column, limit: limitOf(typed, unit) }
        : NO_LIMIT,
    )
  return (
    <>
      <NativeSelect
        size="xs"
        label="Send it"
        data={SIDES}
        value={limit.only_if ?? ''}
        onChange={({ currentTarget: { value } }) => change(value as Limit['only_if'], figure, text)}
      />
      {limit.only_if ? (
        <>
          <NativeSelect
            size="xs"
            label="Figure"
            description="Of an answer over time that of the newest period that is over, else of any row."
            data={figures.map((each) => ({ value: keyOf(each), label: each.label }))}
            value={keyOf(figure)}
            onChange={({ currentTarget: { value } }) =>
              change(limit.only_if, figures.find((each) => keyOf(each) === value) ?? first, text)
            }
          />
          <TextInput
            size="xs"
            label={isShare(figure.unit) ? 'Limit, in percent' : 'Limit'}
            inputMode="decimal"
            value={text}
            error={text !== '' && typeof limit.limit !== 'number' ? 'This is no number.' : undefined}
            onChange={({ currentTarget: { value } }) => {
              setText(value)
              change(limit.only_if, figure, value)
            }}
          />
        </>
      ) : null}
    </>
  )
}
