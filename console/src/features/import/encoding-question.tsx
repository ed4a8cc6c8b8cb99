import { Alert, Button, NativeSelect, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { ENCODINGS } from '../files/read-as-text'
import { type Deciding, withEncoding } from './edits'

type Choice = Schemas['EncodingChoice']

const LANGUAGES: Record<string, string> = {
  cp1252: 'western languages',
  cp1250: 'Polish, Czech, Hungarian …',
  'iso8859-2': 'Polish, Czech, Hungarian …',
  'iso8859-15': 'western languages, with the sign of the euro',
  cp1254: 'Turkish',
  cp1251: 'Russian, Bulgarian …',
  cp1253: 'Greek',
  cp1257: 'Baltic languages',
  'koi8-r': 'Russian',
  cp932: 'Japanese',
}

const encodingWords = (encoding: string): string => {
  const languages = LANGUAGES[encoding]
  return `${ENCODINGS[encoding] ?? encoding}${languages ? ` (${languages})` : ''}`
}

/** Whether a person has to choose the encoding before anything else: the letters fit to several. */
export const isEncodingOpen = (result: Deciding['result'], edits: Deciding['edits']): boolean =>
  result.is_encoding_unsure && edits.encoding === ''

/** The encoding of a text that is not UTF-8, which nothing in the file states. */
export function EncodingChoice({ result, edits, onChange }: Deciding) {
  if (result.encodings.length < 2) return null
  return (
    <NativeSelect
      size="xs"
      label="Encoding"
      value={edits.encoding || result.encodings[0]?.encoding}
      data={result.encodings.map(({ encoding }) => ({ value: encoding, label: encodingWords(encoding) }))}
      onChange={(event) => onChange(withEncoding(edits, event.currentTarget.value))}
    />
  )
}

/** The way out for a text of which some lines are UTF-8 and others are not, because two programs wrote it. */
export function LineEncodings({ result, edits, onChange }: Deciding) {
  if (result.error?.rule !== 'mixed_encoding') return null
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => onChange(withEncoding(edits, 'utf-8-or-cp1252'))}
    >
      Read each line in its own encoding
    </Button>
  )
}

/** Where the encoding is not sure: the first cells as the fitting ones show them, to choose from, and then as all others do. */
export function EncodingQuestion({ result, edits, onChange }: Deciding) {
  const [isNone, setNone] = useState(false)
  if (!isEncodingOpen(result, edits)) return null
  const fitting = result.encodings.filter(({ fits }) => fits)
  const first = fitting.length > 0 ? fitting : result.encodings
  const others = result.encodings.filter((one) => !first.includes(one))
  const choices = (encodings: Choice[]) =>
    encodings.map(({ encoding, samples }) => (
      <Button
        key={encoding}
        size="compact-sm"
        variant="default"
        h="auto"
        styles={{ label: { whiteSpace: 'normal' } }}
        onClick={() => onChange(withEncoding(edits, encoding))}
      >
        {samples.join(' · ') || encodingWords(encoding)}
        {samples.length > 0 ? ` – ${encodingWords(encoding)}` : ''}
      </Button>
    ))
  return (
    <Alert color="orange" p="xs" title="Which of these is spelt right?">
      <Text size="sm">
        The file does not say in which encoding it is written. The choice is remembered for files with this
        header.
      </Text>
      <Stack gap={4} mt="xs" align="start">
        {choices(first)}
        {isNone ? (
          <>
            {choices(others)}
            <Text size="sm">
              If none of them is right, open the file in the program that wrote it, save it as “CSV UTF-8” or
              as a workbook (.xlsx), and send that file.
            </Text>
          </>
        ) : (
          <Button size="compact-sm" variant="subtle" onClick={() => setNone(true)}>
            Show other encodings, none of these is right
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
