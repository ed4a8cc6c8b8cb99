// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Cell } from '../api/format'
import { Grid } from './grid'

const WIDE = Array.from({ length: 200 }, (_, at) => ({ name: `column_${at}`, type: 'varchar' }))
const ROWS = Array.from({ length: 10_000 }, (_, row) => WIDE.map((_, at): Cell => `${row}/${at}`))

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(420)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000)
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const show = (more: Partial<React.ComponentProps<typeof Grid>> = {}) =>
  render(
    <MantineProvider>
      <Grid
        columns={WIDE.slice(0, 3)}
        rows={{ length: ROWS.length, at: (index) => ROWS[index]?.slice(0, 3) }}
        label="Rows"
        {...more}
      />
    </MantineProvider>,
  )

test('of ten thousand rows only those in view are in the document, and all are counted', () => {
  show()
  expect(screen.getAllByRole('row').length).toBeLessThan(40)
  expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('10001')
})

test('of 200 columns those in view are in the document', () => {
  show({ columns: WIDE, rows: { length: 5, at: (index) => ROWS[index] } })
  expect(screen.getAllByRole('columnheader').length).toBeLessThan(60)
  expect(screen.getByRole('table').getAttribute('aria-colcount')).toBe('200')
  expect(screen.getByRole('cell', { name: '4/0' })).toBeTruthy()
})

test('before the table is observed it has only the columns that fit', () => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(300)
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  )
  const format = (at: number) => ({
    title: WIDE[at]?.name ?? '',
    heading: WIDE[at]?.name ?? '',
    text: String,
    width: 120,
    priority: at === 0 ? 1 : 3,
  })
  show({
    columns: WIDE.slice(0, 5),
    rows: { length: 5, at: (index) => ROWS[index]?.slice(0, 5) },
    formats: [0, 1, 2, 3, 4].map((at) => format(at) as never),
  })
  expect(screen.getByRole('table').getAttribute('aria-colcount')).toBe('2')
  vi.unstubAllGlobals()
})

test('a table whose last columns are not in view says how to see them, and another one says nothing', () => {
  show({ columns: WIDE.slice(0, 30), rows: { length: 5, at: (index) => ROWS[index]?.slice(0, 30) } })
  expect(screen.getByText('Scroll sideways to see the rest.')).toBeTruthy()
  cleanup()
  show()
  expect(screen.queryByTestId('out-of-view')).toBeNull()
})

test('a narrow table says where its other columns are, on a tablet as on a phone', () => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(300)
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === '(max-width: 48em)',
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  const columns = WIDE.slice(0, 5)
  const formats = columns.map(({ name }, at) => ({
    title: name,
    heading: name,
    text: String,
    width: 120,
    priority: at === 0 ? 1 : 3,
  }))
  const table = { columns, rows: { length: 5, at: (index: number) => ROWS[index]?.slice(0, 5) } }
  show({ ...table, formats: formats as never, onOpen: () => undefined })
  expect(screen.getByTestId('out-of-view').textContent).toBe('3 further columns: open a row to see all.')
  cleanup()
  show({ ...table, formats: formats as never })
  expect(screen.getByTestId('out-of-view').textContent).toBe('3 further columns: a wider window shows them.')
  vi.unstubAllGlobals()
})

test('a heading orders the rows, and says how', async () => {
  const sorted = vi.fn()
  show({ sort: 'column_1', onSort: sorted })
  expect(screen.getByRole('columnheader', { name: /column_1/ }).getAttribute('aria-sort')).toBe('ascending')
  await userEvent.click(screen.getByRole('button', { name: /column_1/ }))
  expect(sorted).toHaveBeenCalledWith('-column_1')
})

test('a row opens by a click anywhere in it, and by its first cell from the keyboard', async () => {
  const opened = vi.fn()
  show({ onOpen: opened })
  await userEvent.click(screen.getByRole('cell', { name: '2/2' }))
  screen.getByRole('button', { name: '3/0' }).focus()
  await userEvent.keyboard('{Enter}')
  expect(opened.mock.calls).toEqual([[2], [3]])
})
