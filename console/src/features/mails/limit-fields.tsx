import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'

import { isName, isNumeric, isShare } from '../../api/format'
import { type AnswerColumn, headingsOf, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { typedValue } from '../catalog/row-filters'
import type { MailAsked } from './mails'

/** The limit of a mail as the API takes it. */
export type Limit = Pick<MailAsked, 'only_if' | 'limit_column' | 'limit'>

interface Props {
  columns: AnswerColumn[]
  limit: Limit
  onChange: (limit: Limit) => void
}

const SIDES: { value: NonNullable<Limit['only_if']>; label: string }[] = [
  { value: '', label: 'Always' },
  { value: 'above', label: 'Only if a figure is above a limit' },
  { value: 'below', label: 'Only if a figure is below a limit' },
]
export const NO_LIMIT: Limit = { only_if: '', limit_column: '', limit: null }

/** Whether a limit has all of its parts. */
export const isWholeLimit = ({ only_if: side, limit }: Limit): boolean => !side || typeof limit === 'number'

/** The columns whose figures may have a limit. */
const figuresOf = (columns: AnswerColumn[]): AnswerColumn[] =>
  columns.filter(({ name, type, kind }) => isNumeric(type) && !isName(name) && kind !== 'name')

/** The number that a person typed, of a share in percent; null where it is none. */
function limitOf(text: string, unit: string): number | null {
  const plain = text.replace(/[,\s%]/g, '')
  const number = Number(typedValue(plain, unit))
  return plain === '' || !Number.isFinite(number) ? null : number
}

/** Chooses when a mail is sent: always, or only if a figure of the answer is above or below a limit. */
export function LimitFields({ columns, limit, onChange }: Props) {
  const units = useAnswerUnits('', columns)
  const headings = headingsOf(columns, useAnswerLabels('', columns), units)
  const [text, setText] = useState('')
  const figures = figuresOf(columns)
  const [first] = figures
  if (!first) return null
  const column = limit.limit_column || first.name
  const unitOf = (name: string): string => units[name] ?? ''
  const change = (side: Limit['only_if'], name: string, typed: string) =>
    onChange(side ? { only_if: side, limit_column: name, limit: limitOf(typed, unitOf(name)) } : NO_LIMIT)
  return (
    <>
      <NativeSelect
        size="xs"
        label="Send it"
        data={SIDES}
        value={limit.only_if ?? ''}
        onChange={({ currentTarget: { value } }) => change(value as Limit['only_if'], column, text)}
      />
      {limit.only_if ? (
        <>
          <NativeSelect
            size="xs"
            label="Figure"
            description="Of an answer over time that of the newest period that is over, else of any row."
            data={figures.map(({ name }) => ({ value: name, label: headings[name] ?? name }))}
            value={column}
            onChange={({ currentTarget: { value } }) => change(limit.only_if, value, text)}
          />
          <TextInput
            size="xs"
            label={isShare(unitOf(column)) ? 'Limit, in percent' : 'Limit'}
            inputMode="decimal"
            value={text}
            error={text !== '' && typeof limit.limit !== 'number' ? 'This is no number.' : undefined}
            onChange={({ currentTarget: { value } }) => {
              setText(value)
              change(limit.only_if, column, value)
            }}
          />
        </>
      ) : null}
    </>
  )
}
