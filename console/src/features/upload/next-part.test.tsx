// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { keptForPart, NextPart, openParts } from './next-part'

afterEach(cleanup)

const BOOK = { parts: ['Bestellungen', 'Positionen', 'Retouren'], part_rows: {}, part_datasets: {} }

test('a receipt leads to the sheets that are left, without choosing the file again', () => {
  const onNext = vi.fn()
  render(
    <MantineProvider>
      <NextPart file={BOOK} committed={['Bestellungen']} onNext={onNext} />
    </MantineProvider>,
  )
  screen.getByText('2 parts of this file are not in yet: Positionen, Retouren.')
  fireEvent.click(screen.getByRole('button', { name: 'Next: Positionen' }))
  expect(onNext).toHaveBeenCalledWith('Positionen')
})

test('nothing is offered once every sheet is in, or for a file of one table', () => {
  expect(openParts(BOOK, [...BOOK.parts])).toEqual([])
  expect(openParts({ ...BOOK, parts: [] }, [''])).toEqual([])
})

test('the next part is of the same file, and remembers what is in', () => {
  const file = new File(['a'], 'bazar.xlsx')
  const next = keptForPart({ id: 'a', file, dataset: 'orders', addedAt: 0 }, 'Positionen', ['Bestellungen'])
  expect(next).toMatchObject({ file, dataset: '', part: 'Positionen', committed: ['Bestellungen'] })
})
