// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { EncodingChoice, EncodingQuestion, LineEncodings } from './encoding-question'
import { NO_EDITS, withDataset, withEncoding, withPart } from './edits'

afterEach(cleanup)

const RESULT = {
  is_encoding_unsure: true,
  encodings: [
    { encoding: 'cp1252', samples: ['tûzõ', 'Gyõr'] },
    { encoding: 'cp1250', samples: ['tűző', 'Győr'] },
  ],
} as unknown as Schemas['DryRun']

test('an unsure encoding is asked about with the spellings to choose from', async () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <EncodingQuestion result={RESULT} edits={NO_EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  await userEvent.click(screen.getByRole('button', { name: /^tűző · Győr – Windows-1250/ }))
  expect(onChange).toHaveBeenCalledWith({ ...NO_EDITS, encoding: 'cp1250' })
})

test('the spellings that fit are asked about first, and the others if none of them is right', async () => {
  const onChange = vi.fn()
  const fitting = { encoding: 'cp1251', samples: ['лПД'], fits: true }
  const other = { encoding: 'koi8-r', samples: ['Код'], fits: false }
  render(
    <MantineProvider>
      <EncodingQuestion
        result={{ ...RESULT, encodings: [fitting, other] } as Schemas['DryRun']}
        edits={NO_EDITS}
        onChange={onChange}
      />
    </MantineProvider>,
  )
  screen.getByRole('button', { name: /^лПД/ })
  expect(screen.queryByRole('button', { name: /^Код/ })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: /none of these is right/ }))
  await userEvent.click(screen.getByRole('button', { name: 'Код – KOI8-R (Russian)' }))
  expect(onChange).toHaveBeenCalledWith({ ...NO_EDITS, encoding: 'koi8-r' })
})

test('a file in two encodings can be read line by line', async () => {
  const onChange = vi.fn()
  const result = { ...RESULT, error: { rule: 'mixed_encoding', message: '', remedy: '', column: '' } }
  render(
    <MantineProvider>
      <LineEncodings result={result} edits={NO_EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Read each line in its own encoding' }))
  expect(onChange).toHaveBeenCalledWith({ ...NO_EDITS, encoding: 'utf-8-or-cp1252' })
})

test('a chosen encoding is not asked about, and can be changed beside how the file was read', () => {
  const edits = { ...NO_EDITS, encoding: 'cp1250' as const }
  render(
    <MantineProvider>
      <EncodingQuestion result={RESULT} edits={edits} onChange={vi.fn()} />
      <EncodingChoice result={RESULT} edits={edits} onChange={vi.fn()} />
    </MantineProvider>,
  )
  expect(screen.queryByRole('alert')).toBeNull()
  expect((screen.getByLabelText('Encoding') as HTMLSelectElement).value).toBe('cp1250')
})

test('a part and a dataset keep the encoding, and another encoding keeps them', () => {
  const edits = { ...NO_EDITS, encoding: 'cp1250' as const }
  expect(withPart(edits, 'a.csv').encoding).toBe('cp1250')
  expect(withDataset(edits, 'meters').encoding).toBe('cp1250')
  const other = withEncoding({ ...edits, dataset: 'meters', part: 'a.csv', columns: { a: 'b' } }, 'cp1252')
  expect([other.dataset, other.part, other.encoding, other.columns]).toEqual([
    'meters',
    'a.csv',
    'cp1252',
    {},
  ])
})
