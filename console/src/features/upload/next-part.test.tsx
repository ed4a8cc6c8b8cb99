// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { committedParts, keptForPart, NextPart, openParts } from './next-part'

afterEach(cleanup)

const BOOK = { offered_parts: ['Bestellungen', 'Positionen', 'Retouren'], part_rows: {}, part_datasets: {} }

test('a receipt leads to the sheets that are left, without choosing the file again', () => {
  const onNext = vi.fn()
  render(
    <MantineProvider>
      <NextPart file={BOOK} committed={['Bestellungen']} onNext={onNext} />
    </MantineProvider>,
  )
  screen.getByText('Not in yet from this file: Positionen, Retouren.')
  fireEvent.click(screen.getByRole('button', { name: 'Next: Positionen' }))
  expect(onNext).toHaveBeenCalledWith('Positionen', false)
})

test('nothing is offered once every sheet is in, or for a file of one table', () => {
  expect(openParts(BOOK, [...BOOK.offered_parts])).toEqual([])
  expect(openParts({ ...BOOK, offered_parts: [] }, [''])).toEqual([])
})

test('the next part is of the same file, and remembers what is in', () => {
  const file = new File(['a'], 'bazar.xlsx')
  const next = keptForPart({ id: 'a', file, dataset: 'orders', by: 'ana', addedAt: 0 }, 'Positionen', [
    'Bestellungen',
  ])
  expect(next).toMatchObject({
    file,
    by: 'ana',
    dataset: '',
    part: 'Positionen',
    committed: ['Bestellungen'],
  })
})

test('sheets that were read as one table are all in, and so are those of an earlier commit', () => {
  const committed = committedParts(
    { committed: ['Retouren'] },
    { parts_read: ['Bestellungen'], parts_in_lake: [{ name: 'Positionen', file_id: 'f', since: null }] },
  )
  expect(openParts(BOOK, committed)).toEqual([])
  expect(openParts(BOOK, committedParts({}, undefined))).toEqual(BOOK.offered_parts)
})

test('a list of records is named by its path in words, with its dataset', () => {
  const file = {
    offered_parts: ['orders.lines'],
    part_rows: { $: 1, orders: 20, 'orders.lines': 45 },
    part_datasets: { 'orders.lines': 'order_items' },
  }
  render(
    <MantineProvider>
      <NextPart file={file} committed={['orders']} onNext={vi.fn()} />
    </MantineProvider>,
  )
  screen.getByText('Not in yet from this file: orders › lines · 45 records · order items.')
  screen.getByRole('button', { name: 'Next: orders › lines · 45 records · order items' })
})

test('the next list of records is of the dataset that its button names', () => {
  const file = new File(['[]'], 'orders.json')
  const next = keptForPart(
    { id: 'a', file, dataset: '', by: 'ana', addedAt: 0 },
    'orders.items',
    [],
    'order_items',
  )
  expect(next).toMatchObject({ dataset: 'order_items', part: 'orders.items' })
})
