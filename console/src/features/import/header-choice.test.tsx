// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { HeaderChoice } from './header-choice'
import { NO_EDITS, withDataset, withEncoding, withHeaderRow, withPart } from './edits'
import { onlyChoosesPart } from './use-edits'

afterEach(cleanup)

const RESULT = {
  top_rows: [
    { row: 1, cells: ['Filiale', 'Bern'] },
    { row: 3, cells: ['Datum', 'Betrag'] },
  ],
  header_row: 1,
} as unknown as Schemas['DryRun']

const draw = (result: Schemas['DryRun'], edits = NO_EDITS, onChange = vi.fn()) =>
  render(
    <MantineProvider>
      <HeaderChoice result={result} edits={edits} onChange={onChange} />
    </MantineProvider>,
  )

test('a person says which row is the header', async () => {
  const onChange = vi.fn()
  draw(RESULT, NO_EDITS, onChange)
  const choice = screen.getByRole('combobox', { name: 'Row with the names of the columns' })
  expect((choice as HTMLSelectElement).value).toBe('1')
  await userEvent.selectOptions(choice, 'row 3: Datum · Betrag')
  expect(onChange).toHaveBeenCalledWith({ ...NO_EDITS, header_row: 3 })
})

test('a header over several rows is named as such, and a file of one row has no choice', () => {
  draw({ ...RESULT, header_row: 0 })
  expect(screen.getByRole('option', { name: 'several rows' })).toBeTruthy()
  cleanup()
  draw({ ...RESULT, top_rows: RESULT.top_rows.slice(0, 1) })
  expect(screen.queryByRole('combobox')).toBeNull()
})

test('another header forgets the columns and keeps dataset, part and encoding', () => {
  const edits = { ...withEncoding(NO_EDITS, 'cp1250'), dataset: 'sales', part: 'May', columns: { a: 'b' } }
  expect(withHeaderRow(edits, 4)).toEqual({ ...edits, columns: {}, header_row: 4 })
  expect(onlyChoosesPart(NO_EDITS, withHeaderRow(NO_EDITS, 4))).toBe(true)
  expect(withDataset(withHeaderRow(NO_EDITS, 4), 'sales').header_row).toBe(4)
  expect(withPart(withHeaderRow(NO_EDITS, 4), 'May').header_row).toBe(0)
})
