// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { columnTitle } from '../../formats/words'
import { CorrectionsPage, correctionWords, sentRowWords } from './corrections-page'
import { typedWords, writtenCells } from './rejected-row'

afterEach(cleanup)

const FILE = {
  file_id: 'f2',
  key: 'products/corrections/aa-bb.csv',
  dataset: 'products',
  state: 'done',
  size_bytes: 133,
  received_at: '2026-11-24T03:00:00',
  received: 2,
  accepted: 1,
  quarantined: 1,
  duplicates: 0,
  corrected: 0,
  ignored: 0,
  acceptance: 'many_refused',
  uploaded_by: 'uma',
  undone_by: '',
} as Schemas['FileDetail']

test('what became of corrections is said in one sentence', () => {
  expect(correctionWords(FILE)).toBe('1 row is in the lake, 1 correction was refused')
  expect(correctionWords({ ...FILE, quarantined: 0 })).toBe('1 row is in the lake')
  expect(correctionWords({ ...FILE, accepted: 0, quarantined: 0 })).toBe('The gate has not decided yet')
  expect(correctionWords({ ...FILE, state: 'reverted' })).toBe('The corrections were undone')
})

const BEFORE = { formats: { updated_at: { patterns: ['dd.MM.yyyy'] } } }

async function showPage(original: Partial<Schemas['FileDetail']> = {}) {
  const row = {
    source_row: 1,
    column: 'list_price',
    value: 'teuer',
    reason: 'List price is not a number.',
    also_refused: [{ column: 'category', rule: 'required', reason: 'Category is missing.' }],
    corrected_cells: { updated_at: '2026-02-28 00:00:00', category: null },
    record: { product_id: '4744', list_price: 'teuer', category: null, _corrected_row: '33' },
  }
  const answers: Record<string, unknown> = {
    '/v1/me': { name: 'op', groups: ['operator'], role: 'operator' },
    '/v1/files/f1': {
      ...FILE,
      file_id: 'f1',
      key: 'products/lieferant.csv',
      edited_before: BEFORE,
      ...original,
    },
    '/v1/files/f2/rejected-rows': { key: ['product_id'], rows: [row], groups: [], next_cursor: '' },
  }
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) => {
    const body = answers[new URL(url).pathname]
    return Promise.resolve(body ? Response.json(body) : new Response('{"message": "none"}', { status: 404 }))
  })
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <CorrectionsPage file={FILE} originalId="f1" />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  await screen.findByText(/Corrected rows of/)
}

test('once the row is corrected in its file, nobody is asked to correct it again', async () => {
  await showPage({ corrected: 1 })
  await screen.findAllByRole('cell')
  await screen.findByText('products/lieferant.csv')
  expect(screen.queryByRole('link', { name: /Correct it again/ })).toBeNull()
})

test('a refused correction names each typed cell, each refused one with its reason, and the way back to its file', async () => {
  await showPage()
  const again = await screen.findByRole('link', { name: 'Correct it again in lieferant.csv' })
  expect(again.getAttribute('href')).toBe('#/files/f1')
  const cells = (await screen.findAllByRole('cell')).map((cell) => cell.textContent)
  expect(cells).toEqual([
    '4744',
    'Updated at 28.02.2026 · Category empty',
    'List price teuer · Category –',
    'List price is not a number. Category is missing.',
  ])
  expect(document.body.textContent).not.toContain('_corrected_row')
})

test('a refused value is as it was typed, in the spelling of the file', () => {
  const row = {
    source_row: 9,
    rule: 'type',
    column: 'arrives_on',
    value: '2026.11.19.',
    record: { arrives_on: '2026.11.19.', price: '10.5' },
    also_refused: [],
    correction: 'refused',
    corrected_cells: { arrives_on: '2026-11-30', price: '12.5' },
  } as unknown as Schemas['RejectedRow']
  const spellings = { price: { decimal: ',' } }
  expect(typedWords(row, columnTitle, spellings)).toBe('Arrives on 2026-11-30 · Price 12,50')
  expect(writtenCells(row, columnTitle, spellings)).toContain('→ 2026-11-30')
  expect(writtenCells({ ...row, correction: 'accepted' }, columnTitle, spellings)).toContain('→ 30 Nov 2026')
})

test('a row that came in says which cells were written', () => {
  const row = {
    source_row: 9,
    rule: 'type',
    column: 'list_price',
    value: 'auf Anfrage',
    record: { list_price: 'auf Anfrage', updated_at: '2026-02-31' },
    also_refused: [{ column: 'updated_at', rule: 'type', reason: '' }],
    corrected_cells: { list_price: '1.012,50', updated_at: '2026-02-28 00:00:00' },
  } as unknown as Schemas['RejectedRow']
  expect(sentRowWords(row, columnTitle, { updated_at: { patterns: ['dd.MM.yyyy'] } })).toBe(
    'Row 9, List price: auf Anfrage → 1.012,50 · Updated at: 2026-02-31 → 28.02.2026',
  )
  const whole = { ...row, rule: 'ragged_row', column: '', value: null, record: { _raw: 'x' } }
  const cells = { product_id: 'BW-0500', list_price: '12,50' }
  expect(sentRowWords({ ...whole, corrected_cells: cells }, columnTitle, {})).toBe(
    'Row 9, Product id BW-0500 · List price 12,50',
  )
  expect(sentRowWords({ ...whole, is_taken_instead: true }, columnTitle, {})).toBe(
    'Row 9: taken instead of the row that was kept',
  )
})
