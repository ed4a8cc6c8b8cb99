import { NativeSelect, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { type DraftColumn, isNumber, isTime, isWhole, NUMBER } from './draft-columns'
import { answerWords } from './draft-questions'
import { declaredMeanings, withMeanings } from './draft-words'

export type TextFormat = NonNullable<Schemas['ContractDraft']['text_formats']>[string][number]

const FORMAT = 'headgate.format'
const OF_WORDS = new Set(['trueWords', 'falseWords', 'nulls', 'trim'])

/** The formats of a text column that a type can have, the one of most values first. */
export const formatsOfType = (formats: TextFormat[], type: string): TextFormat[] =>
  formats.filter(({ kind }) =>
    kind === 'number' ? isNumber(type) : kind === 'time' ? isTime(type) : type === 'DATE',
  )

/** Of the formats that a type can have, the one that a column has; the first where it has another one. */
export const keptFormat = (possible: TextFormat[], column: DraftColumn): TextFormat | undefined =>
  possible.find(({ format }) => sameKeys(format, formatOf(column))) ?? possible[0]

/** How the values of a text that a person made one of numbers, days or times are written. */
export function DraftFormats({
  column,
  title,
  formats,
  onChange,
}: {
  column: DraftColumn
  title: string
  formats: TextFormat[]
  onChange: (column: DraftColumn) => void
}) {
  const possible = formatsOfType(formats, column.type)
  const chosen = possible.find(({ format }) => sameKeys(format, formatOf(column)))
  if (column.isLeftOut || !column.answered || !chosen) return null
  if (possible.length === 1)
    return (
      <Text size="sm" role="note">
        <b>{title}</b> is read as {answerWords(chosen.answer).replace(/^written as /, '')}
        {waitWords(chosen)}.
      </Text>
    )
  const choose = (answer: string) => {
    const other = possible.find((one) => one.answer === answer)
    const words = wordsOf(column)
    const bare = { ...column }
    delete bare.answered
    if (!other) return
    const type = 'decimal' in other.format && isWhole(column.type) ? NUMBER : column.type
    onChange(withMeanings({ ...bare, type }, type, declaredMeanings(column, words), other.format))
  }
  return (
    <NativeSelect
      label={`How to read ${title}`}
      description="Most values fit each of these."
      size="xs"
      maw="28rem"
      value={chosen.answer}
      data={possible.map((one) => ({
        value: one.answer,
        label: `${answerWords(one.answer)}${waitWords(one)}`,
      }))}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  )
}

const waitWords = ({ waiting }: TextFormat): string =>
  waiting === 0
    ? ''
    : `; ${count(waiting, 'row')} with ${waiting === 1 ? 'another value waits' : 'other values wait'}`

const formatOf = ({ answered }: DraftColumn): Record<string, unknown> =>
  (answered?.customProperties?.find(({ property }) => property === FORMAT)?.value ?? {}) as Record<
    string,
    unknown
  >

/** The words for which the format of a column has a meaning. */
const wordsOf = (column: DraftColumn): string[] => {
  const { nulls = [] } = formatOf(column) as { nulls?: string[] }
  return [...nulls, ...(column.zeros ?? [])]
}

/** Whether two formats are the same but for the words that they declare. */
const sameKeys = (one: Record<string, unknown>, other: Record<string, unknown>): boolean => {
  const bare = (keys: Record<string, unknown>): string =>
    JSON.stringify(
      Object.entries(keys)
        .filter(([key]) => !OF_WORDS.has(key))
        .sort(),
    )
  return bare(one) === bare(other)
}
