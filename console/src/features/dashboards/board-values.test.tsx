// @vitest-environment happy-dom
import { act, fireEvent, render, screen } from '@testing-library/react'
import { MantineProvider } from '@mantine/core'
import { MemoryRouter, useLocation } from 'react-router'
import { expect, test } from 'vitest'

import { boardMail } from './board-mail'
import { boardParameters, useBoardValues, valueWords, withChosenValues } from './board-values'
import { unknownFilterWords } from './unknown-filters'
import { ValueBar } from './value-bar'

const SQL =
  'SELECT count(*) FROM calls WHERE region = :region AND age >= :min_age AND day >= :since\n' +
  '-- :region text = IE\n-- :min_age number = 40\n-- :since date = 2026-07-01'

test('a panel names the values with which its question is asked', () => {
  expect(valueWords(SQL)).toEqual(['Region: IE', 'Min age: 40', 'Since: 1 Jul 2026'])
  expect(valueWords('SELECT 1')).toEqual([])
  expect(valueWords(withChosenValues(SQL, { min_age: '60' }))).toContain('Min age: 60')
})

test('a statement without chosen values stays as it is', () => {
  expect(withChosenValues(SQL, { country: 'NO' })).toBe(SQL)
})

test('a parameter of several questions has one field, and no default where theirs differ', () => {
  const other = 'SELECT :min_age\n-- :min_age number = 50'
  expect(boardParameters([SQL, other])).toContainEqual({
    name: 'min_age',
    type: 'number',
    initial: undefined,
  })
})

test('a mail has the values of the page', () => {
  expect(
    boardMail('Calls', [], {}, { parameters: boardParameters([SQL]), values: { min_age: '60' } }),
  ).toEqual({
    title: 'Calls, Min age: 60',
    filters: { 'p.min_age': ['60'] },
  })
})

test('an address may name parameters of the questions, and no others', () => {
  const parameters = boardParameters([SQL])
  expect(unknownFilterWords(new URLSearchParams('p.min_age=60'), [], parameters)).toBe('')
  expect(unknownFilterWords(new URLSearchParams('p.age=60'), [], parameters)).toContain('p.age=60')
})

function Bar() {
  const values = useBoardValues([SQL])
  return (
    <>
      <ValueBar {...values} />
      <output>{useLocation().search}</output>
    </>
  )
}

const shown = (search: string) =>
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={[`/${search}`]}>
        <Bar />
      </MemoryRouter>
    </MantineProvider>,
  )

test('a value is applied and in the address when its field is left, not with each letter', () => {
  shown('')
  const field = screen.getByLabelText('Min age')
  fireEvent.change(field, { target: { value: '60' } })
  expect(screen.getByRole('status').textContent).toBe('')
  act(() => fireEvent.blur(field))
  expect(screen.getByRole('status').textContent).toBe('?p.min_age=60')
  fireEvent.click(screen.getByText('Use the saved values'))
  expect(screen.getByRole('status').textContent).toBe('')
})

test('an impossible value of an address is named with its parameter and remedy', () => {
  shown('?p.since=2026-02-31&p.min_age=abc')
  expect(
    screen.getByText('“2026-02-31” of “Since” is no day such as 2026-01-31. Choose another value.'),
  ).toBeTruthy()
  expect(screen.getByText('“abc” of “Min age” is no number such as 12.5. Choose another value.')).toBeTruthy()
})
