// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { ColumnForm, otherWords, pasteWords } from './column-form'

afterEach(cleanup)
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true }) // happy-dom has none

test('a column is pasted into the shown rows alone, and the page says so', () => {
  render(
    <MantineProvider>
      <ColumnForm
        action="paste"
        column="Menge"
        filtered={3}
        onStep={vi.fn()}
        onPaste={vi.fn()}
        onClose={vi.fn()}
      />
    </MantineProvider>,
  )
  screen.getByText(/the cells of the 3 rows that are shown, .* All other rows stay as they are/)
  expect(pasteWords(undefined)).toBe('It replaces the cells from the first row of the file on.')
  expect(pasteWords(1)).toMatch('the 1 row that is shown')
})

test('a text that no other row has is named where it is typed, with the value that is meant', () => {
  expect(otherWords('Kueche', ['Deko', 'Küche'])).toBe('No other row has it. Küche?')
  expect(otherWords('Garten', ['Deko'])).toBe('No other row has it.')
  expect(otherWords('Deko', ['Deko'])).toBeUndefined()
  expect(otherWords('Garten', [])).toBeUndefined()
})
