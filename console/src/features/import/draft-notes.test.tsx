// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { Notes, notesAsChosen, notesOf } from './draft-contract'

afterEach(cleanup)

test('a note about no column begins with a capital, one about a column goes on from its name', () => {
  render(
    <MantineProvider env="test">
      <Notes
        notes={[
          { column: '', message: 'no column is unique', decides: true, is_open: false },
          { column: 'nr', message: 'is the key', decides: true, is_open: false },
          { column: '', message: 'data row 3 is a line of totals', decides: false, is_open: false },
        ]}
      />
    </MantineProvider>,
  )
  const [first, second] = screen.getAllByRole('note').map(({ textContent }) => textContent)
  expect(first).toMatch(/^No column is unique\. Tick other columns/)
  expect(second).toMatch(/^nr is the key\./)
  screen.getByText('Data row 3 is a line of totals')
})

test('a note on rows that stay out is in the open', () => {
  render(
    <MantineProvider env="test">
      <Notes
        notes={[
          { column: '', message: 'data row 3 is a line of totals', decides: false, is_open: true },
          { column: 'nr', message: 'is written as 1.234', decides: false, is_open: false },
        ]}
      />
    </MantineProvider>,
  )
  expect(screen.getByRole('note').textContent).toBe('Data row 3 is a line of totals.')
  screen.getByText('1 further note on the draft')
})

const NOTES = [
  {
    column: 'castat',
    message: 'has times without a zone, which are taken for UTC',
    decides: false,
    is_open: false,
  },
  { column: 'castat, strengthmpa', message: 'are read as they are', decides: false, is_open: false },
]

test('a note says the zone that was chosen, and names columns as their fields', () => {
  const nameOf = (name: string) => (name === 'castat' ? 'cast_at' : 'strength_mpa')
  expect(notesAsChosen(NOTES, 'Europe/Berlin', nameOf)).toEqual([
    {
      column: 'cast_at',
      message: 'has times without a zone, which are taken for Europe/Berlin',
      decides: false,
      is_open: false,
    },
    { column: 'cast_at, strength_mpa', message: 'are read as they are', decides: false, is_open: false },
  ])
})

test('a note on the drafted key ends once a person chose another one', () => {
  const decisive = { column: '', message: 'no key was seen', decides: true, is_open: false }
  const notes = [decisive, ...NOTES]
  const isNone = () => false
  expect(notesOf(notes, isNone, false)).toEqual(notes)
  expect(notesOf(notes, isNone, true)).toEqual(NOTES)
})
