// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { type Edits, NO_EDITS } from './edits'
import { FileLine } from './file-line'
import { inWordsOf, isUnreadable } from './file-words'

afterEach(cleanup)

const FILE = {
  outcome: 'rejected',
  grid: null,
  columns: [],
  parts: [],
  part: '',
  part_rows: {},
  beside_list: [],
  part_datasets: {},
  written_as: {},
  encodings: [],
} as unknown as Schemas['DryRun']

function show(result: Schemas['DryRun'], hasRows: boolean, remembered?: Edits) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <FileLine
          result={result}
          edits={remembered ?? NO_EDITS}
          remembered={remembered}
          hasRows={hasRows}
          onChange={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
}

test('a picture and a letter have no rows, so nobody is asked for their dataset', () => {
  expect(isUnreadable(FILE)).toBe(true)
  show(FILE, false)
  expect(screen.queryByLabelText('Dataset of the file')).toBeNull()
})

test('a workbook whose chosen sheet is empty keeps the choice of its sheets', () => {
  show({ ...FILE, parts: ['Bestellungen', 'Notizen'], part: 'Notizen' }, false)
  expect(screen.queryByLabelText('Dataset of the file')).toBeNull()
  screen.getByLabelText('Part of the file')
})

test('a hidden sheet is named as one', () => {
  show({ ...FILE, parts: ['Mai', 'Codes'], hidden_parts: ['Codes'], part: 'Mai' }, false)
  screen.getByRole('option', { name: 'Mai' })
  screen.getByRole('option', { name: 'Codes (hidden in the workbook)' })
})

test('rows that are read are of a dataset, also where the gate refuses the file', () => {
  const refused = { ...FILE, grid: { rows: 3 } } as unknown as Schemas['DryRun']
  expect([isUnreadable(refused), isUnreadable({ ...FILE, outcome: 'profiled' })]).toEqual([false, false])
  show(refused, true)
  screen.getByLabelText('Dataset of the file')
})

test('a file without a header says why its columns are numbered', () => {
  const grid = { rows: 3, has_header: false }
  show({ ...FILE, grid } as unknown as Schemas['DryRun'], true)
  screen.getByText(/No header was found: the columns are named by their place/)
  cleanup()
  show({ ...FILE, grid: { ...grid, has_header: true } } as unknown as Schemas['DryRun'], true)
  expect(screen.queryByText(/No header/)).toBeNull()
})

test('values outside the list of records are named, because no row has them', () => {
  show({ ...FILE, beside_list: ['plant', 'exported_at'] }, true)
  screen.getByText(/plant and exported_at are beside the list of records, so no row has them/)
})

test('sentences about the lists of a file end with one full stop', () => {
  const parts = ['inspections', 'inspections.findings']
  const rows = { inspections: 20, 'inspections.findings': 31 }
  show({ ...FILE, parts, part: 'inspections', part_rows: rows, beside_list: ['exported'] }, true)
  screen.getByText(/with the values of its record\. exported is beside the list/)
})

test('a damaged workbook is not called an archive', () => {
  const error = {
    rule: 'corrupt_archive',
    message: 'the zip archive is cut or damaged',
    remedy: 'compress it again',
    column: '',
  }
  for (const name of ['preise.xlsx', 'preise.XLSM', 'preise.ods'])
    expect(inWordsOf(name, error).message).toBe('the workbook is cut or damaged')
  expect(inWordsOf('preise.zip', error)).toBe(error)
})

test('the remedy of a file is for its sender, who writes no contract', () => {
  const error = {
    rule: 'unknown_encoding',
    message: 'line 1 is neither UTF-8 nor plausible Windows-1252',
    remedy:
      'write the file in UTF-8, or state its encoding in the contract: headgate.encoding, as windows-1251',
  } as Parameters<typeof inWordsOf>[1]
  expect(inWordsOf('a.csv', error).remedy).toMatch(/^in Excel, save it as “CSV UTF-8”/)
  expect(inWordsOf('a.csv', error).message).toBe(error.message)
})

test('decisions that are remembered for other columns are not said to be for these', () => {
  const remembered = { ...NO_EDITS, columns: { Tag: 'day', Notiz: null } }
  const of = (columns: string[]) => ({ ...FILE, grid: { rows: 3, columns } }) as unknown as Schemas['DryRun']
  show(of(['Tag', 'Notiz']), true, remembered)
  screen.getByText(/as remembered for files with these columns$/)
  cleanup()
  show(of(['Tag', 'Notiz', '2.8.0 Lieferung']), true, remembered)
  screen.getByText(/as remembered for files with nearly these columns$/)
})
