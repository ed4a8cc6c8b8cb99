// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { CurrencyQuestion } from './currency-question'
import { NO_EDITS } from './edits'

afterEach(cleanup)

const AMOUNTS = {
  name: 'list_price',
  title: 'List price',
  type: 'decimal(12,2)',
  unit: 'CCC',
  may_be_empty: true,
}

function show(shared_signs: Record<string, string[]>) {
  const result = {
    dataset: 'products',
    grid: { columns: ['Pris'], currencies: { Pris: { AAA: 62 } }, shared_signs },
    mapping: { fields: [AMOUNTS], columns: [] },
  } as unknown as Schemas['DryRun']
  const edits = { ...NO_EDITS, dataset: 'products', columns: { Pris: 'list_price' } }
  render(
    <MantineProvider>
      <CurrencyQuestion result={result} edits={edits} onChange={vi.fn()} />
    </MantineProvider>,
  )
}

test('a sign of several currencies is no statement of the file, and may mean that of the dataset', () => {
  show({ Pris: ['k', 'AAA', 'BBB', 'CCC'] })
  screen.getByText(/these amounts are in k, taken for AAA \(62 rows\); .*is in CCC\./)
  screen.getByRole('button', { name: 'k means CCC here: take the figures as they are' })
})

test('a code is what the file says', () => {
  show({})
  screen.getByText(/in AAA \(62 rows\), as the file says/)
  screen.getByRole('button', { name: 'Take the figures as they are' })
  screen.getByText(
    'Nothing is converted: taken as they are, 100 in the file counts as 100 CCC in every sum. To count their worth in CCC, convert them in the file and send it again. To keep their currency, make the file a dataset of its own, whose amounts have it as their unit.',
  )
})
