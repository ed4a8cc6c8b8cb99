import { Group, NativeSelect, Stack, Text } from '@mantine/core'

import { count } from '../../api/format'
import { type DraftColumn, isNumber, type Property } from './draft-columns'
import { meansEmpty, truthOf } from './truth-words'

/** What becomes of a word: yes, no, 0, no value, or its rows wait for a person. */
export type Meaning = 'true' | 'false' | 'zero' | 'empty' | 'wait'

type Meanings = Readonly<Record<string, Meaning>>

const FORMAT = 'headgate.format'
const OF_WORDS = new Set(['trueWords', 'falseWords', 'nulls'])
const LOGICAL: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  BIGINT: 'integer',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
}

const baseOf = (type: string): string => type.replace(/\(.*/, '').toUpperCase()

/** Whether words are no values of a type, so that a person decides about them. */
export const decidesWords = (type: string): boolean => !['VARCHAR', 'TEXT', 'STRING'].includes(baseOf(type))

/** The meaning of each word in a column of the type, `wait` where a person decides. */
export function meaningsOf(words: string[], type: string): Meanings {
  const isTruth = baseOf(type) === 'BOOLEAN'
  return Object.fromEntries(
    words.map((word) => [word, meansEmpty(word) ? 'empty' : (isTruth && truthOf(word, words)) || 'wait']),
  )
}

/** The texts without those that differ from an earlier one in case alone, as words for yes and no are read. */
const inAnyCase = (texts: string[]): string[] =>
  texts.filter((text, at) => !texts.slice(0, at).some((each) => each.toLowerCase() === text.toLowerCase()))

const formatOf = (property: Property | undefined): Record<string, string[]> =>
  (property?.customProperties?.find((one) => one.property === FORMAT)?.value ?? {}) as Record<
    string,
    string[]
  >

/** The other facts of a format, such as a decimal comma, which a choice of words leaves alone. */
const withoutWords = (property: Property | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(formatOf(property)).filter(([key]) => !OF_WORDS.has(key)))

/**
 * The column as one of a type whose contract declares what its words mean; its property takes no fact of a text.
 *
 * @param written The format of the values of the type among its texts, as of decimal commas.
 */
export function withMeanings(
  column: DraftColumn,
  type: string,
  meanings: Meanings,
  written: Readonly<Record<string, unknown>> = {},
): DraftColumn {
  const of = (meaning: Meaning): string[] =>
    Object.keys(meanings).filter((word) => meanings[word] === meaning)
  const [yes, no, nulls] = [inAnyCase(of('true')), inAnyCase(of('false')), of('empty')]
  const truths = yes.length + no.length > 0
  const before = column.answered?.physicalType === type ? column.answered : undefined
  const format = {
    ...(before ? withoutWords(before) : written),
    ...(truths
      ? { trueWords: yes.length > 0 ? yes : ['true'], falseWords: no.length > 0 ? no : ['false'] }
      : {}),
    ...(nulls.length > 0 ? { nulls } : {}),
    ...(truths || nulls.length > 0 ? { trim: true } : {}),
  }
  const answered: Property = {
    ...before,
    name: column.name,
    physicalType: type,
    logicalType: LOGICAL[baseOf(type)] ?? 'number',
    customProperties: [
      ...(before?.customProperties ?? []).filter(({ property }) => property !== FORMAT),
      ...(Object.keys(format).length > 0 ? [{ property: FORMAT, value: format }] : []),
    ],
  }
  return { ...column, type, required: column.required && nulls.length === 0, answered, zeros: of('zero') }
}

/** The words of a column as they are declared now. */
export function declaredMeanings(column: DraftColumn, words: string[]): Meanings {
  const format = formatOf(column.answered)
  const has = (list: string[] | undefined, word: string): boolean =>
    list?.some((each) => each.toLowerCase() === word.toLowerCase()) ?? false
  return Object.fromEntries(
    words.map((word) => [
      word,
      has(format['trueWords'], word)
        ? 'true'
        : has(format['falseWords'], word)
          ? 'false'
          : format['nulls']?.includes(word)
            ? 'empty'
            : column.zeros?.includes(word)
              ? 'zero'
              : 'wait',
    ]),
  )
}

/** The words of a column that a person made one of numbers, days, or yes and no: each word has its meaning. */
export function DraftWords({
  column,
  title,
  words,
  onChange,
}: {
  column: DraftColumn
  title: string
  words: Readonly<Record<string, number>>
  onChange: (column: DraftColumn) => void
}) {
  const listed = Object.keys(words)
  const meanings = declaredMeanings(column, listed)
  const isTruth = baseOf(column.type) === 'BOOLEAN'
  return (
    <Stack gap={4} role="group" aria-label={`Words in ${title}`}>
      <Text size="sm">
        Words in <b>{title}</b>, and what each of them means:
      </Text>
      <Group gap="sm">
        {listed.map((word) => (
          <NativeSelect
            key={word}
            size="xs"
            label={`${word} (${count(words[word] ?? 0, 'row')})`}
            aria-label={`${word} means`}
            value={meanings[word] ?? 'wait'}
            data={[
              ...(isTruth
                ? [
                    { value: 'true', label: 'yes' },
                    { value: 'false', label: 'no' },
                  ]
                : []),
              ...(isNumber(column.type) ? [{ value: 'zero', label: '0' }] : []),
              { value: 'empty', label: 'empty' },
              { value: 'wait', label: 'its rows wait for a person' },
            ]}
            onChange={(event) =>
              onChange(
                withMeanings(column, column.type, {
                  ...meanings,
                  [word]: event.currentTarget.value as Meaning,
                }),
              )
            }
          />
        ))}
      </Group>
    </Stack>
  )
}
